/** One item of the conversation as nodes. */
import { h } from "./dom.ts";
import { parse, settled, toDom } from "./markdown.ts";
import type { Citation } from "./protocol.ts";
import { fill, type Texts } from "./texts.ts";
import type { Item } from "./thread.ts";

export interface Surroundings {
  texts: Texts;
  assistant: string;
  /** The author is not the one before: say who speaks. */
  named: boolean;
  /** What to say under the person's own message, if anything. */
  state: string;
  retry(item: Item): void;
  cite(item: Item, number: number): void;
}

export function bubble(item: Item, around: Surroundings): HTMLElement {
  if (item.author === "contact") return own(item, around);
  if (item.author === "system") {
    const { texts, assistant } = around;
    const name = item.event === "returned" ? assistant : item.name || texts.someone;
    return h("div", { class: "event" }, item.event ? fill(texts[item.event], { name }) : item.text);
  }
  return reply(item, around);
}

export function dots(label: string, author: string, who: string): HTMLElement {
  const three = h("span", { class: "dots", role: "img", "aria-label": label }, h("i"), h("i"), h("i"));
  const element = h("div", { class: "theirs " + author }, h("div", { class: "bubble" }, three));
  if (who) element.prepend(h("div", { class: "who" }, who));
  return element;
}

export const nameOf = (
  author: string,
  name: string,
  { assistant, texts }: Pick<Surroundings, "assistant" | "texts">,
): string => (author === "assistant" ? `${name || assistant} · AI` : name || texts.someone);

function own(item: Item, { texts, state, retry }: Surroundings): HTMLElement {
  const element = h(
    "div",
    { class: "mine " + item.status, title: clock(item.at) },
    h("div", { class: "bubble" }, h("span", { class: "unseen" }, texts.you), item.text),
  );
  if (item.status === "failed") {
    const again = h("button", { class: "link", onclick: () => retry(item) }, texts.retry);
    element.append(
      h(
        "div",
        { class: "state bad", role: "alert" },
        texts.failed + " ",
        item.problem ? item.problem + " " : "",
        again,
      ),
    );
  } else if (state) element.append(h("div", { class: "state" }, state));
  return element;
}

function reply(item: Item, around: Surroundings): HTMLElement {
  const writing = item.attempt !== undefined;
  const mark = (number: number): Node | null => {
    const citation = item.citations[number - 1];
    if (writing) return h("span", { class: "cite" }, String(number));
    return citation ? button("cite", String(number), number, citation) : null;
  };
  const button = (kind: string, text: string, number: number, citation: Citation): HTMLElement =>
    h(
      "button",
      {
        class: kind,
        "aria-label": fill(around.texts.source, { n: number, title: citation.title }),
        onclick: () => around.cite(item, number),
      },
      text,
    );
  const text = h("div", { class: "bubble" }, ...toDom(parse(writing ? settled(item.text) : item.text), mark));
  // A reply is read out when it is whole, not at every word.
  const element = h("div", {
    class: "theirs " + item.author,
    title: clock(item.at),
    "aria-live": writing && "off",
  });
  if (around.named) element.append(h("div", { class: "who" }, nameOf(item.author, item.name, around)));
  element.append(text);
  if (item.citations.length) {
    const chips = item.citations.map((citation, index) =>
      button("chip", `${index + 1} ${citation.title}`, index + 1, citation),
    );
    element.append(h("div", { class: "sources" }, ...chips));
  }
  return element;
}

const clock = (at: string): string | undefined =>
  at
    ? new Date(at).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" })
    : undefined;
