/**
 * The person's messages on their way: kept until acknowledged, sent one at a time and in order, each under
 * the id it was given when it was written. So a lost connection or a reload neither loses nor doubles one.
 */
import type { AckFrame, ErrorFrame, SendFrame } from "./protocol.ts";
import type { Store } from "./store.ts";
import type { Thread } from "./thread.ts";

/** How long an acknowledgement may take on a working connection, in milliseconds. */
const PATIENCE = 15_000;
/** Before a message is tried again that the server could not take just now, in milliseconds. */
const REST = 2000;

export class Outbox {
  #store: Store;
  #thread: Thread;
  #send: (frame: SendFrame) => void;
  #changed: () => void;
  #online = false;
  #sending: string | null = null;
  #timer?: ReturnType<typeof setTimeout>;
  #last = 0;

  constructor(store: Store, thread: Thread, send: (frame: SendFrame) => void, changed: () => void) {
    this.#store = store;
    this.#thread = thread;
    this.#send = send;
    this.#changed = changed;
    store.pending().forEach((entry) => thread.write(entry));
  }

  write(content: string): void {
    this.#last = Math.max(Date.now(), this.#last + 1);
    const entry = { clientMessageId: newId(), content, at: this.#last };
    this.#store.keep(entry);
    this.#thread.write(entry);
    this.#next();
  }

  retry(clientMessageId: string): void {
    this.#thread.retry(clientMessageId);
    this.#next();
  }

  link(online: boolean): void {
    this.#online = online;
    if (!online) this.#settle();
    this.#next();
  }

  acknowledged(frame: AckFrame): void {
    this.#store.forget(frame.clientMessageId);
    if (frame.clientMessageId === this.#sending) this.#settle();
    this.#next();
  }

  refused({ code, message, clientMessageId }: ErrorFrame): void {
    if (clientMessageId === this.#sending) this.#settle();
    // The server will be back; the message waits with those after it.
    if (code === "unavailable") return this.#later();
    // A message to a conversation that was resolved meanwhile starts a new one; everything else is for the
    // person to see.
    if (code === "conversation_closed" && this.#thread.target) this.#thread.close();
    else this.#thread.refuse(clientMessageId!, message);
    this.#next();
  }

  #next(): void {
    const item = this.#thread.items.find((each) => each.status === "sending");
    if (!this.#online || this.#sending || !item) return;
    this.#sending = item.key;
    this.#timer = setTimeout(() => {
      this.refused({ type: "error", code: "", message: "", clientMessageId: item.key });
      this.#changed();
    }, PATIENCE);
    this.#send({
      type: "send",
      clientMessageId: item.key,
      content: item.text,
      conversationId: this.#thread.target,
    });
  }

  #later(): void {
    this.#timer = setTimeout(() => this.#next(), REST);
  }

  #settle(): void {
    clearTimeout(this.#timer);
    this.#sending = null;
  }
}

function newId(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}
