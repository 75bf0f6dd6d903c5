"""Every token of the look: colours in light and dark, sizes, radii, the shadow. No raw colour stands elsewhere.

The colours become CSS variables (`--surface-0`) and Tailwind names (`bg-surface-0`, `text-muted`, `border-line`),
so that a component never asks in which mode it is shown. Plain data: rxconfig.py reads it.
"""

from typing import Any

FONT = '"Inter Variable", Inter, system-ui, sans-serif'
MONO = "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace"

# name: (light, dark). `X-soft` is the ground on which `X` is read as text.
COLOURS: dict[str, tuple[str, str]] = {
    "surface-0": ("#f5f5f3", "#111110"),
    "surface-1": ("#ffffff", "#191918"),
    "surface-2": ("#f0f0ed", "#222221"),
    "surface-3": ("#e6e6e2", "#2c2c2a"),
    "strong": ("#1b1b19", "#eeeeec"),
    "normal": ("#51514c", "#bcbab4"),
    "muted": ("#5f5f59", "#a3a29b"),
    "line": ("#e2e2dd", "#2f2f2c"),
    "edge": ("#8a8a83", "#75746e"),
    "accent": ("#5151cd", "#605dd6"),
    "accent-strong": ("#4343b5", "#6360d8"),
    "on-accent": ("#ffffff", "#ffffff"),
    "accent-soft": ("#ececfb", "#262649"),
    "accent-text": ("#4343b5", "#b3b1ff"),
    "good": ("#18794e", "#4cc38a"),
    "good-soft": ("#e3f5ea", "#12291f"),
    "warn": ("#875400", "#f1b44c"),
    "warn-soft": ("#fff3d4", "#2f230b"),
    "bad": ("#bf2a2f", "#ff7b7f"),
    "bad-soft": ("#ffe8e8", "#361a1b"),
    "bad-strong": ("#bf2a2f", "#b8363b"),
    "note": ("#6b5300", "#e3c565"),
    "note-soft": ("#fff8e0", "#2a2412"),
    "veil": ("#1b1b1966", "#000000a6"),
}

SHADOW = (
    "0 1px 2px #0000000d, 0 8px 24px #00000014",
    "0 1px 2px #00000066, 0 8px 24px #00000088",
)

# Grounds for initials in `on-accent`; one is chosen by the id, so a person keeps their colour.
AVATARS = ("#b4542f", "#23707f", "#5f6b26", "#8c2f6a", "#7a5cc4", "#2f6db0", "#9a5a12", "#3f7550")

# Pairs that are read: each text on each ground, in both modes, at least 4.5:1 (WCAG 2.2, 1.4.3).
READ: list[tuple[str, str]] = [
    *((text, f"surface-{n}") for text in ("strong", "normal", "muted") for n in range(4)),
    *((text, "surface-1") for text in ("accent-text", "good", "warn", "bad", "note")),
    *((text, "surface-0") for text in ("accent-text", "bad")),
    *((text, f"{text}-soft") for text in ("good", "warn", "bad", "note")),
    *(("strong", f"{ground}-soft") for ground in ("good", "warn", "bad", "note", "accent")),
    ("accent-text", "accent-soft"),
    ("normal", "note-soft"),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("on-accent", "bad-strong"),
]

# pixels: line height in pixels
SIZES = {12: 16, 13: 18, 14: 20, 16: 24, 20: 28, 28: 36}
RADII = (6, 10)


def css() -> str:
    """The stylesheet of the tokens: variables for both modes and what every page rests on."""
    return "\n".join(
        [
            f":root {{ color-scheme: light; {_variables(0)} {_avatars()} }}",
            f":root.dark {{ color-scheme: dark; {_variables(1)} }}",
            # before the page's script has chosen a mode, and where scripts are off
            f"@media (prefers-color-scheme: dark) {{ :root:not(.light) {{ color-scheme: dark; {_variables(1)} }} }}",
            _BASE,
        ]
    )


def tailwind() -> dict[str, Any]:
    """The tokens as Tailwind's theme: classes such as `bg-surface-1 text-muted text-13 rounded-6 shadow-lift`."""
    return {
        "colors": {
            "transparent": "transparent",
            "current": "currentColor",
            **{name: f"var(--{name})" for name in COLOURS},
        },
        "fontFamily": {"sans": [FONT], "mono": [MONO]},
        "fontSize": {str(size): [f"{size}px", f"{height}px"] for size, height in SIZES.items()},
        "borderRadius": {"none": "0", "full": "9999px", **{str(radius): f"{radius}px" for radius in RADII}},
        "boxShadow": {"none": "none", "lift": "var(--shadow)"},
    }


def avatar_colour(key: str) -> int:
    """Which of AVATARS belongs to this id: the same id always gets the same one."""
    return sum(key.encode()) % len(AVATARS)


def contrast(one: str, other: str) -> float:
    """The contrast of two colours `#rrggbb`, 1 to 21 (WCAG 2.2, relative luminance)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _variables(mode: int) -> str:
    colours = " ".join(f"--{name}: {values[mode]};" for name, values in COLOURS.items())
    return f"{colours} --shadow: {SHADOW[mode]};"


def _avatars() -> str:
    return " ".join(f"--avatar-{number}: {colour};" for number, colour in enumerate(AVATARS))


_BASE = f"""
html {{ -webkit-font-smoothing: antialiased; }}
/* not on html: Tailwind's steps are parts of its 16 px, and the grid is of 4 */
body {{ font: 14px/20px {FONT}; background: var(--surface-0); color: var(--strong); }}
html, body {{ min-height: 100%; }}
/* in a layer, so that a component's own classes win */
@layer base {{
  :focus-visible {{ outline: 2px solid var(--accent-text); outline-offset: 2px; }}
  [role="dialog"], [role="menu"] {{ outline: none; }}
}}
::selection {{ background: var(--accent-soft); color: var(--strong); }}
button, [role="button"], summary {{ cursor: pointer; }}
button:disabled {{ cursor: not-allowed; }}
input::placeholder, textarea::placeholder {{ color: var(--muted); opacity: 1; }}
progress {{ appearance: none; border: 0; border-radius: 6px; overflow: hidden; background: var(--surface-3); }}
progress::-webkit-progress-bar {{ background: var(--surface-3); }}
progress::-webkit-progress-value {{ background: var(--accent); transition: width 150ms; }}
progress::-moz-progress-bar {{ background: var(--accent); }}
mark {{ background: var(--warn-soft); color: var(--warn); border-radius: 3px; padding: 0 2px; }}
html [data-sonner-toaster][data-sonner-theme] {{
  font-family: {FONT} !important; --normal-bg: var(--surface-1); --normal-border: var(--line);
  --normal-text: var(--strong); --border-radius: 10px;
}}
[data-sonner-toast] [data-button] {{ background: var(--accent) !important; color: var(--on-accent) !important; }}
[data-sonner-toast] [data-description] {{ color: var(--muted) !important; }}
@keyframes echo-pulse {{ 50% {{ opacity: 0.5; }} }}
.echo-skeleton {{ background: var(--surface-2); border-radius: 6px; animation: echo-pulse 1.6s ease-in-out infinite; }}
@keyframes echo-in {{ from {{ opacity: 0; transform: translateY(4px); }} }}
.echo-in {{ animation: echo-in 150ms ease-out; }}
@media (prefers-reduced-motion: reduce) {{
  *, ::before, ::after {{ animation: none !important; transition: none !important; scroll-behavior: auto !important; }}
}}
"""
