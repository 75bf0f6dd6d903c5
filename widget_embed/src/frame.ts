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
let live = alone;
let loaderOrigin = "";
let begin = (): void => {};
let opened = (): void => {};

// The first `hello` of the page around us names the one origin we speak to; frame-ancestors says which pages
// may be that.
addEventListener("message", ({ source, origin, data }: MessageEvent<LoaderMessage>) => {
  if (source !== parent || alone || (loaderOrigin && origin !== loaderOrigin)) return;
  if (data.echo === "hello") {
    loaderOrigin = origin;
    open = data.open;
    live = data.live;
  } else if (!loaderOrigin) return;
  else if (data.echo === "open") open = true;
  else if (data.echo === "close") open = false;
  begin();
  if (open) opened();
});

function tell(message: ChatMessage): void {
  // A page without an origin of its own (a sandboxed one) can only be reached by the star; nothing here is a
  // secret.
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

function chat(words: Texts): void {
  const store = new Store(config.tenantId);
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
  let told = { unread: 0, live: false };

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
    if (isLive !== told.live) tell({ echo: "live", detail: isLive });
    told = { unread, live: isLive };
  }

  begin = () => {
    if (open || live || store.pending().length) transport.start();
  };
  opened = () => {
    view.focus();
    view.toEnd();
    draw();
  };
  document.addEventListener("visibilitychange", draw);
  draw();
  begin();
  if (open) opened();
}

texts().then(chat);
