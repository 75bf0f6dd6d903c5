/** Where the person writes: grows with the text, Enter sends, Shift+Enter breaks the line. */
import { h, icon } from "./dom.ts";
import { fill, type Texts } from "./texts.ts";

/** The server's limit for one message, in characters. */
const LIMIT = 8000;
/** From here on the characters left are shown. */
const NEAR = 7500;
const TALLEST = 132;

export class Composer {
  element: HTMLElement;
  #field: HTMLTextAreaElement;
  #button: HTMLButtonElement;
  #count: HTMLElement;
  #texts: Texts;

  constructor(texts: Texts, send: (text: string) => void, typing: () => void) {
    this.#texts = texts;
    this.#field = h("textarea", { rows: "1", "aria-label": texts.message, placeholder: texts.placeholder });
    this.#field.oninput = () => {
      this.#fit();
      typing();
    };
    this.#field.onkeydown = (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      submit();
    };
    // No form: the sandboxed iframe would not let one be submitted.
    const submit = (): void => {
      if (this.#button.disabled) return;
      const text = this.#field.value.trim();
      this.#field.value = "";
      this.#fit();
      send(text);
      this.#field.focus();
    };
    this.#button = h(
      "button",
      { class: "send", "aria-label": texts.send, onclick: submit },
      icon("M12 19V5M6 11l6-6 6 6"),
    );
    this.#count = h("div", { class: "count", role: "status" });
    this.element = h(
      "div",
      { class: "composer" },
      h("div", { class: "box" }, this.#field, this.#button),
      this.#count,
    );
    this.#fit();
  }

  focus(): void {
    this.#field.focus();
  }

  #fit(): void {
    const { value, style } = this.#field;
    const left = LIMIT - [...value.trim()].length;
    style.height = "auto";
    style.height = Math.min(this.#field.scrollHeight, TALLEST) + "px";
    this.#button.disabled = !value.trim() || left < 0;
    this.#count.textContent =
      left < 0
        ? fill(this.#texts.over, { n: -left })
        : LIMIT - left > NEAR
          ? fill(this.#texts.left, { n: left })
          : "";
    this.#count.classList.toggle("over", left < 0);
  }
}
