/**
 * The script in the tenant's page. It turns the queueing stub into the real commands, shows the launcher, and
 * makes the chat's iframe when somebody is about to need it. It sets no cookie, fetches nothing, and never
 * throws into the page.
 */
import { css } from "./loader_css.ts";
import type { ChatMessage, LoaderMessage } from "./protocol.ts";

interface Options {
  tenantId: string;
  theme?: string;
  position?: string;
  locale?: string;
}
type Listener = (detail?: unknown) => void;
type Run = (call: ArrayLike<any>) => void;

/** The same word in every language we speak; whether it is open, `aria-expanded` says. */
const LABEL = "Chat";
const BUBBLE = "M21 15a2 2 0 0 1-2 2H7l-4 4V5a2 2 0 0 1 2-2h14a2 2 0 0 1 2 2z";
const CHEVRON = "M6 9l6 6 6-6";
const PHONE = 480;

const page = window as any;
const view = window.visualViewport!;

/**
 * Runs calls like `["init", {...}]`; whatever goes wrong in one is written to the console and goes no
 * further.
 */
function commands(origin: string, nonce: string): Run {
  const listeners: Record<string, Set<Listener>> = {};
  let options: Options | null;
  let host: HTMLElement | null;
  let button: HTMLButtonElement;
  let path: Element;
  let badge: HTMLElement;
  let panel: HTMLElement;
  let frame: HTMLIFrameElement | null;
  let loaded = false;
  let opened = false;
  let unread = 0;
  let focusedBefore: HTMLElement;

  const attempt = <T>(deed: () => T): T | void => {
    try {
      return deed();
    } catch (error) {
      console.error(error);
    }
  };
  const emit = (event: string, detail?: unknown): void =>
    listeners[event]?.forEach((listener) => attempt(() => listener(detail)));

  const make = (tag: string, ...children: Node[]): any => {
    const element = document.createElement(tag);
    element.append(...children);
    return element;
  };
  const set = (element: Element, name: string, value: unknown): void =>
    element.setAttribute(name, value as string);

  /** What the chat had this page remember; a page may forbid storage, and then it is nothing. */
  const kept = (key?: string, value?: string): [string, string][] => {
    try {
      if (value) localStorage[key!] = value;
      else if (key) delete localStorage[key];
      return Object.entries(localStorage).filter(([each]) => each.startsWith("echo:" + options!.tenantId));
    } catch {
      return [];
    }
  };

  const tell = (message: LoaderMessage): void => {
    if (loaded) frame!.contentWindow!.postMessage(message, origin);
  };

  const preload = (): void => {
    if (frame) return;
    const { tenantId, theme = "auto" } = options!;
    frame = make("iframe") as HTMLIFrameElement;
    frame.title = LABEL;
    set(frame, "sandbox", "allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox");
    frame.src = `${origin}/widget/frame/${tenantId}?` + new URLSearchParams({ theme, locale: locale() });
    frame.onload = () => {
      loaded = true;
      tell({ echo: "hello", open: opened, kept: kept() });
    };
    panel.append(frame);
  };

  const locale = (): string => options!.locale || document.documentElement.lang || navigator.language;

  const show = (): void => {
    set(button, "aria-expanded", opened);
    set(button, "aria-label", LABEL + (unread ? ` (${unread})` : ""));
    set(path, "d", opened ? CHEVRON : BUBBLE);
    panel.className = opened ? "open" : "";
    badge.textContent = (unread || "") as string;
    fit();
  };

  // On a phone the keyboard covers what is fixed to the bottom: follow what is really visible.
  const fit = (): void => {
    const covered = opened && innerWidth <= PHONE && innerHeight > view.height + 99;
    panel.style.cssText = covered ? `top:${view.offsetTop}px;height:${view.height}px` : "";
  };

  const open = (): void => {
    opened = true;
    if (!host || panel.className) return;
    focusedBefore = document.activeElement as HTMLElement;
    preload();
    show();
    frame!.focus();
    tell({ echo: "open" });
    emit("open");
  };

  const close = (): void => {
    const inside = document.activeElement === host;
    opened = false;
    if (!host || !panel.className) return;
    show();
    tell({ echo: "close" });
    // Only who was in the chat is sent back; a page that closes it while the person is elsewhere leaves them
    // there.
    if (inside) {
      focusedBefore.focus();
      if (focusedBefore === document.body || !focusedBefore.isConnected) host.focus();
    }
    emit("close");
  };

  const toggle = (): void => (opened ? close() : open());

  const heard = ({ source, origin: from, data }: MessageEvent<ChatMessage>): void => {
    if (!frame || source !== frame.contentWindow || from !== origin) return;
    const { echo, detail } = data;
    if (echo === "close") close();
    else if (echo === "keep") kept(...detail);
    else {
      if (echo === "unread") {
        unread = detail;
        show();
      }
      emit(echo, detail);
    }
  };

  const mount = (): void => {
    if (host || !options) return;
    const { theme, position } = options;
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    set(svg, "viewBox", "0 0 24 24");
    svg.append((path = document.createElementNS(svg.namespaceURI!, "path")));
    button = make("button", svg, (badge = make("span")));
    button.onclick = toggle;
    button.onpointerenter = button.onfocus = preload;
    host = make("echo-widget") as HTMLElement;
    const root = host.attachShadow({ mode: "open", delegatesFocus: true });
    const style = css(
      position === "left" ? position : "right",
      theme === "light" || theme === "dark" ? theme : "light dark",
    );
    try {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(style);
      root.adoptedStyleSheets = [sheet];
    } catch {
      const element = make("style", new Text(style));
      element.nonce = nonce;
      root.append(element);
    }
    root.append(button, (panel = make("div")));
    root.addEventListener("keydown", (event) => (event as KeyboardEvent).key === "Escape" && close());
    addEventListener("message", heard);
    view.addEventListener("resize", fit);
    document.body.append(host);
    unread = 0;
    if (opened) open();
    else show();
    // With an open conversation it connects by itself, so that the launcher can say what is unread.
    if (kept().some(([key]) => key.endsWith("live"))) {
      (page.requestIdleCallback || setTimeout)(() => host && preload(), { timeout: 2000 });
    }
    emit("ready");
  };

  const deeds: Record<string, (...args: any[]) => void> = {
    init(wanted: Options) {
      if (options) return;
      if (!/^ten_\w+$/.test(wanted.tenantId)) throw Error("Echo needs a tenantId");
      options = wanted;
      if (document.body) mount();
      else addEventListener("DOMContentLoaded", mount);
    },
    open,
    close,
    toggle,
    destroy() {
      removeEventListener("message", heard);
      view.removeEventListener("resize", fit);
      host?.remove();
      loaded = opened = false;
      options = host = frame = null;
    },
    on(event: string, listener: Listener) {
      (listeners[event] ||= new Set()).add(listener);
      if (event === "ready" && host) attempt(listener);
    },
    off(event: string, listener?: Listener) {
      if (listener) listeners[event]?.delete(listener);
      else delete listeners[event];
    },
  };

  return ([name, ...rest]: any) => attempt(() => deeds[name](...rest));
}

function start(): void {
  const name: string = page.EchoWidget || "echo";
  const tag = (document.currentScript || document.getElementById(name)) as HTMLScriptElement;
  // One instance a page, however often the script is loaded and under whatever names.
  const run: Run = (page["echo:run"] ||= commands(new URL(tag.src).origin, tag.nonce));
  const stub = page[name];
  if (stub?.run) return;
  // Calls that a page still makes through a kept stub land in its queue, so the queue runs them.
  const queue: any[] = stub?.q || [];
  const waiting = queue.splice(0);
  queue.push = (...calls) => (calls.map(run), 0);
  const command = Object.assign((...call: unknown[]) => run(call), { q: queue, run });
  // A stub that comes after the script must not take the name back.
  Object.defineProperty(page, name, { configurable: true, get: () => command, set() {} });
  waiting.map(run);
}

try {
  start();
} catch (error) {
  console.error(error);
}
