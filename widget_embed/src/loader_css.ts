/**
 * The launcher's and the panel's style, inside the shadow root.
 *
 * `!important` on the host is what keeps the page's own rules off it: inside a shadow root it beats theirs.
 * Until the chat has painted, its panel has the page colour of the theme.
 */
export const css = (side: string, scheme: string): string => `
:host{all:initial!important;position:fixed!important;z-index:2147483000!important}
@media print{:host{display:none!important}}
button{position:fixed;bottom:max(20px,env(safe-area-inset-bottom));${side}:20px;width:56px;height:56px;
padding:0;border:0;border-radius:50%;background:#5151cd;cursor:pointer;
box-shadow:0 1px 2px #0000000d,0 8px 24px #00000024}
button:hover{background:#4343b5}
button:focus-visible{outline:3px solid #5151cd;outline-offset:2px}
svg{display:block;width:26px;margin:auto;fill:none;stroke:#fff;stroke-width:2;stroke-linecap:round;
stroke-linejoin:round}
span{position:absolute;top:-4px;${side}:-4px;min-width:10px;padding:0 5px;border-radius:10px;
background:#bf2a2f;color:#fff;font:600 12px/20px system-ui,sans-serif}
span:empty,[aria-expanded=true] span{display:none}
div{position:fixed;bottom:88px;${side}:20px;width:400px;height:min(640px,100vh - 108px);border-radius:10px;
overflow:hidden;background:Canvas;color-scheme:${scheme};
box-shadow:0 0 0 1px #8883,0 1px 2px #0000000d,0 8px 24px #00000024;visibility:hidden;opacity:0;
transform:translateY(8px);transition:.15s}
.open{visibility:visible;opacity:1;transform:none}
iframe{width:100%;height:100%;border:0}
@media(max-width:480px){div{inset:0;width:auto;height:auto;border-radius:0}[aria-expanded=true]{display:none}}
@media(prefers-reduced-motion){div{transition:none}}
`;
