/**
 * The chat on screen: header, conversation, composer. It draws what the thread says and reports what the
 * person does.
 */
import { bubble, dots, nameOf, type Surroundings } from "./bubble.ts";
import { Composer } from "./composer.ts";
import { h, icon } from "./dom.ts";
import { passage } from "./passage.ts";
import type { Config, Passage } from "./protocol.ts";
import { fill, type Texts } from "./texts.ts";
import type { Item, Thread } from "./thread.ts";
import type { Link } from "./transport.ts";

export interface Deeds {
  send(text: string): void;
  retry(clientMessageId: string): void;
  typing(): void;
  /** Null on a page of its own, which cannot be closed. */
  close: (() => void) | null;
  passage(messageId: string, number: number): Promise<Passage>;
}

/** A reader this close to the end, in pixels, wants to see what comes. */
const NEAR_END = 48;

export class View {
  #config: Config;
  #texts: Texts;
  #deeds: Deeds;
  #composer: Composer;
  #subtitle = h("span");
  #slim = h("div", { class: "slim", role: "status" });
  #log: HTMLElement;
  #newer: HTMLButtonElement;
  #person: HTMLButtonElement;
  #app: HTMLElement;
  #passage: HTMLElement | null = null;
  #opener: HTMLElement | null = null;
  #drawn = new Map<string, { item: Item; sign: string; node: HTMLElement }>();
  #waiting: HTMLElement | null = null;
  #atEnd = true;
  #newest?: string;

  constructor(config: Config, texts: Texts, deeds: Deeds) {
    this.#config = config;
    this.#texts = texts;
    this.#deeds = deeds;
    this.#composer = new Composer(texts, deeds.send, deeds.typing);
    this.#log = h("div", { class: "log", role: "log", tabindex: "0", "aria-label": texts.conversation });
    this.#log.append(h("div", { class: "event" }, texts.notice));
    if (config.greeting) this.#log.append(bubble(this.#greeting(), this.#around(true)));
    this.#newer = h(
      "button",
      { class: "newer", hidden: true, onclick: () => this.toEnd() },
      texts.newer,
      icon("M6 9l6 6 6-6"),
    );
    this.#person = h("button", { class: "link", onclick: () => deeds.send(texts.person) }, texts.person);
    this.#app = h(
      "div",
      { class: "app" },
      this.#header(),
      h("main", {}, this.#slim, h("div", { class: "room" }, this.#log, this.#newer), this.#composer.element),
      h("footer", {}, this.#person, h("span", {}, texts.poweredBy)),
    );
    document.body.append(this.#app);
    this.#log.onscroll = () => {
      this.#atEnd = this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight < NEAR_END;
      if (this.#atEnd) this.#newer.hidden = true;
    };
    new ResizeObserver(() => this.#atEnd && this.toEnd()).observe(this.#log);
    addEventListener("keydown", (event) => event.key === "Escape" && !event.isComposing && this.#escape());
  }

  /**
   * Where the person goes on: the text field, except where that would bring up a keyboard over the
   * conversation.
   */
  focus(): void {
    if (matchMedia("(pointer:coarse)").matches) this.#log.focus();
    else this.#composer.focus();
  }

  toEnd(): void {
    this.#log.scrollTop = this.#log.scrollHeight;
    this.#newer.hidden = this.#atEnd = true;
  }

  /** A sentence from the server that belongs to no message. */
  say(text: string): void {
    this.#slim.textContent = text;
  }

  draw(thread: Thread, link: Link): void {
    const texts = this.#texts;
    const config = this.#config;
    const { handler, status, agentName } = thread.conversation ?? {
      handler: "assistant",
      status: "open",
      agentName: null,
    };
    const names = { name: handler === "agent" ? agentName || texts.someone : config.assistant };
    const short = { assistant: texts.answersAtOnce, queue: texts.queue, agent: texts.answering };
    this.#subtitle.textContent = fill(status === "resolved" ? texts.resolvedShort : short[handler], names);
    this.#slim.textContent =
      link === "offline" ? texts.reconnecting : link === "unavailable" ? texts.unavailable : "";
    this.#person.hidden = handler !== "assistant" || status === "resolved";
    this.#drawItems(thread, link);
  }

  #drawItems(thread: Thread, link: Link): void {
    this.#waiting?.remove();
    const items = thread.items;
    const gone = new Set(this.#drawn.keys());
    const lead = this.#config.greeting ? 2 : 1;
    items.forEach((item, index) => {
      const previous = items[index - 1];
      const named = item.author !== previous?.author || item.name !== previous.name;
      const state = this.#stateOf(item, index === items.length - 1, link);
      const sign = named + state;
      let known = this.#drawn.get(item.key);
      if (known?.item !== item || known.sign !== sign) {
        const node = bubble(item, this.#around(named, state));
        known?.node.replaceWith(node);
        this.#drawn.set(item.key, (known = { item, sign, node }));
      }
      gone.delete(item.key);
      if (this.#log.children[lead + index] !== known.node)
        this.#log.insertBefore(known.node, this.#log.children[lead + index] ?? null);
    });
    for (const key of gone) {
      this.#drawn.get(key)!.node.remove();
      this.#drawn.delete(key);
    }
    this.#drawWaiting(thread);
    if (this.#atEnd || items.at(-1)?.status === "sending") this.toEnd();
    else if (thread.newest() !== this.#newest) this.#newer.hidden = false;
    this.#newest = thread.newest();
  }

  #drawWaiting({ typing, items }: Thread): void {
    this.#waiting = null;
    if (!typing) return;
    const who = nameOf(typing.author, typing.name, this.#around(true));
    const label = fill(this.#texts.typing, { name: who });
    this.#waiting = dots(label, typing.author, items.at(-1)?.author === typing.author ? "" : who);
    this.#log.append(this.#waiting);
  }

  #stateOf(item: Item, last: boolean, link: Link): string {
    if (item.status === "sending")
      return link === "online" || link === "connecting" ? this.#texts.sending : this.#texts.unsent;
    return item.status === "sent" && last ? this.#texts.sent : "";
  }

  #header(): HTMLElement {
    const { name } = this.#config;
    const logo = h("span", { class: "logo" }, icon("M5 12h.01M10 7.5a6 6 0 0 1 0 9M14.5 4a11 11 0 0 1 0 16"));
    const bar = h("header", {}, logo, h("div", {}, h("h1", {}, name), this.#subtitle));
    const { close } = this.#deeds;
    if (close)
      bar.append(
        h(
          "button",
          { class: "icon", "aria-label": this.#texts.close, onclick: close },
          icon("M6 6l12 12M18 6L6 18"),
        ),
      );
    return bar;
  }

  #greeting(): Item {
    const { greeting, assistant } = this.#config;
    return {
      key: "greeting",
      author: "assistant",
      name: assistant,
      text: greeting,
      citations: [],
      at: "",
      seq: -2,
    };
  }

  #around(named: boolean, state = ""): Surroundings {
    return {
      texts: this.#texts,
      assistant: this.#config.assistant,
      named,
      state,
      retry: (item) => this.#deeds.retry(item.key),
      cite: (item, number) => this.#openPassage(item, number),
    };
  }

  #openPassage(item: Item, number: number): void {
    this.#opener = document.activeElement as HTMLElement;
    const load = this.#deeds.passage(item.id!, number);
    this.#passage = passage(item.citations[number - 1], load, this.#texts, () => this.#escape());
    document.body.append(this.#passage);
    this.#app.inert = true;
    this.#passage.querySelector("button")!.focus();
  }

  #escape(): void {
    if (!this.#passage) return this.#deeds.close?.();
    this.#passage.remove();
    this.#passage = null;
    this.#app.inert = false;
    this.#opener?.focus();
  }
}
