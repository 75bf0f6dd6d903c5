/**
 * The passage a citation stands on, over the conversation: its title and place, and the quote among its
 * neighbours.
 */
import { h, icon } from "./dom.ts";
import type { Citation, Passage } from "./protocol.ts";
import { fill, type Texts } from "./texts.ts";

/** Shows at once what the citation itself says, then the whole passage when `load` brings it. */
export function passage(
  citation: Citation,
  load: Promise<Passage>,
  texts: Texts,
  close: () => void,
): HTMLElement {
  const place = h("div", { class: "place" }, pageOf(citation, texts));
  const content = h("div", { class: "content", tabindex: "0" }, h("mark", {}, citation.quote));
  const back = h(
    "button",
    { class: "icon", "aria-label": texts.back, onclick: close },
    icon("M15 18l-6-6 6-6"),
  );
  const title = h("h2", {}, citation.title);
  const panel = h(
    "section",
    { class: "passage", role: "dialog", "aria-label": citation.title, "aria-busy": "true" },
    h("header", {}, back, h("div", {}, title, place)),
    content,
  );
  load
    .then(
      (found) => {
        title.textContent = found.title;
        place.textContent = [found.heading, pageOf(found, texts)].filter(Boolean).join(" · ");
        const mark = h("mark", {}, found.quote);
        content.replaceChildren(plain(found.before), mark, plain(found.after));
        if (/^https?:/.test(found.url ?? "")) {
          const link = h("a", { href: found.url!, target: "_blank", rel: "noopener noreferrer" }, texts.open);
          panel.append(h("footer", {}, link));
        }
        mark.scrollIntoView({ block: "center" });
      },
      () => content.append(h("p", { class: "bad", role: "alert" }, texts.noPassage)),
    )
    .finally(() => panel.removeAttribute("aria-busy"));
  return panel;
}

/** Around the quote, which stays word for word, the marks of headings and bold text tell people nothing. */
export const plain = (text: string): string => text.replace(/^#{1,6} |\*\*/gm, "");

const pageOf = ({ page }: { page: number | null }, texts: Texts): string =>
  page ? fill(texts.page, { n: page }) : "";
