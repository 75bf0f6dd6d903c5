/**
 * The chat inside the iframe: joins thread, outbox, transport and view, and speaks with the loader around it.
 */
import { Outbox } from "./outbox.ts";
import type { ChatMessage, Config, LoaderMessage, ServerFrame } from "./protocol.ts";
import { Store } from "./store.ts";
import { LOCALES, english, type Texts } from "./texts.ts";
import { Thread } from "./thread.ts";
import { Transport } from "./transport.ts";
import { View } from "./view.ts";

const TYPING_EVERY = 3000;
const TYPING_LASTS = 5000;
/** If no first word has come by then, the dots promise too much. In milliseconds. */
const WAITING_LASTS = 60_000;
const SAID_FOR = 6000;

const config: Config = JSON.parse(document.getElementById("config")!.textContent!);
const version = (document.currentScript as HTMLScriptElement).src.split("?")[1] ?? "";
const alone = parent === window;

let open = alone;
let loaderOrigin = "";
let opened = (): void => {};

/**
 * What the page around us remembers, from its first `hello`. That names the one origin we speak to;
 * frame-ancestors says which pages it may be.
 */
const greeted = new Promise<[string, string][]>((resolve) => {
  if (alone) return resolve([]);
  addEventListener("message", ({ source, origin, data }: MessageEvent<LoaderMessage>) => {
    if (source !== parent || (loaderOrigin && origin !== loaderOrigin)) return;
    if (data.echo === "hello") {
      loaderOrigin = origin;
      open = data.open;
      resolve(data.kept);
    } else if (!loaderOrigin) return;
    else open = data.echo === "open";
    if (open) opened();
  });
});

function tell(message: ChatMessage): void {
  // A page without an origin of its own (a sandboxed one) can only be reached by the star.
  if (loaderOrigin) parent.postMessage(message, loaderOrigin === "null" ? "*" : loaderOrigin);
}

async function texts(): Promise<Texts> {
  const language = config.locale.slice(0, 2).toLowerCase();
  if (config.texts) return { ...english, ...config.texts };
  document.documentElement.lang = "en";
  if (!LOCALES.includes(language)) return english;
  try {
    const found = await (await fetch(`/widget/locale-${language}.json?${version}`)).json();
    document.documentElement.lang = language;
    return { ...english, ...found };
  } catch {
    return english;
  }
}

function chat(words: Texts, kept: [string, string][]): void {
  const keep = (key: string, value: string): void => tell({ echo: "keep", detail: [key, value] });
  const store = new Store(config.tenantId, kept, keep);
  const thread = new Thread();
  const transport = new Transport(location.origin, config.tenantId, store, {
    frame: received,
    link(link) {
      outbox.link(link === "online");
      draw();
    },
    place: () => ({ conversationId: thread.conversation?.id ?? null, after: thread.lastSeq }),
  });
  const outbox = new Outbox(store, thread, (frame) => transport.send(frame), draw);
  const view = new View(config, words, {
    send(text) {
      transport.start();
      outbox.write(text);
      draw();
    },
    retry(id) {
      outbox.retry(id);
      draw();
    },
    typing() {
      if (Date.now() - typed < TYPING_EVERY) return;
      typed = Date.now();
      transport.post({ type: "typing" });
    },
    close: alone ? null : () => tell({ echo: "close" }),
    passage: (messageId, number) => transport.call(`messages/${messageId}/citations/${number}`),
  });
  let typed = 0;
  let typingTimer: ReturnType<typeof setTimeout>;
  let drawing = false;
  const liveKey = `echo:${config.tenantId}:live`;
  const told = { unread: 0, live: kept.some(([key]) => key === liveKey) };

  function received(frame: ServerFrame): void {
    const { typing } = thread;
    const fresh = frame.type === "message" && !thread.items.some((item) => item.id === frame.message.id);
    thread.apply(frame);
    if (frame.type === "ack") outbox.acknowledged(frame);
    else if (frame.type === "error" && frame.clientMessageId) outbox.refused(frame);
    else if (frame.type === "error") {
      view.say(frame.message);
      setTimeout(draw, SAID_FOR);
      return;
    } else if (fresh && frame.message.author !== "contact") {
      tell({ echo: "message", detail: { id: frame.message.id, author: frame.message.author } });
    }
    if (thread.typing !== typing) {
      clearTimeout(typingTimer);
      typingTimer = setTimeout(
        () => {
          thread.typing = null;
          draw();
        },
        frame.type === "typing" ? TYPING_LASTS : WAITING_LASTS,
      );
    }
    draw();
  }

  function draw(): void {
    if (drawing) return;
    drawing = true;
    setTimeout(() => {
      drawing = false;
      view.draw(thread, transport.link);
      report();
    }, 16);
  }

  /** What is on screen counts as read; the loader hears what changed for the launcher. */
  function report(): void {
    const newest = thread.newest();
    let { seen } = store.read();
    if (newest && ((open && !document.hidden && newest !== seen) || !seen)) {
      store.write({ seen: (seen = newest) });
      transport.post({ type: "seen", seq: thread.lastSeq });
    }
    const unread = seen ? thread.unread(seen) : 0;
    const isLive = thread.conversation?.status === "open";
    if (unread !== told.unread) tell({ echo: "unread", detail: unread });
    told.unread = unread;
    if (transport.link !== "online" || isLive === told.live) return;
    told.live = isLive;
    keep(liveKey, isLive ? "1" : "");
  }

  opened = () => {
    transport.start();
    view.focus();
    view.toEnd();
    draw();
  };
  document.addEventListener("visibilitychange", draw);
  draw();
  if (open) opened();
  else if (told.live || store.pending().length) transport.start();
}

Promise.all([texts(), greeted]).then((found) => chat(...found));
