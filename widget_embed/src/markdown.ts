/**
 * The Markdown that replies use, safely: bold, italic, code, links, lists, paragraphs and the marks of
 * citations.
 *
 * `parse` makes a small tree and `toDom` makes nodes of it; no text ever becomes HTML, and only http, https
 * and mailto addresses become links.
 */
import { h } from "./dom.ts";

export type Piece = string | { tag: string; inside: Piece[]; href?: string } | { mark: number };

const INLINE = new RegExp(
  [
    /`([^`]+)`/,
    /\*\*(?=\S)([\s\S]*?\S)\*\*/,
    /(^|[^\w*])[*_](?=[^\s*_])([^*_]*[^\s*_])[*_](?!\w)/,
    /\[([^\]\n]+)\]\(((?:[^()\s]|\([^()\s]*\))+)\)/,
    /\[(\d{1,2})\]/,
    /(https?:\/\/[^\s<>()]*[^\s<>().,;:!?'"*])/,
  ]
    .map((pattern) => pattern.source)
    .join("|"),
  "g",
);
const SAFE = /^(https?:\/\/|mailto:)/i;
const ITEM = /^\s*(?:[-*+]|(\d{1,9})[.)])\s+(.*)/;

export function parse(text: string): Piece[] {
  const blocks: Piece[] = [];
  const lines = text.replace(/\r/g, "").split("\n");
  for (let i = 0; i < lines.length;) {
    const line = lines[i];
    if (line.trimStart().startsWith("```")) {
      const code: string[] = [];
      while (++i < lines.length && !lines[i].trimStart().startsWith("```")) code.push(lines[i]);
      i++;
      blocks.push({ tag: "pre", inside: [{ tag: "code", inside: [code.join("\n")] }] });
    } else if (ITEM.test(line)) {
      const ordered = ITEM.exec(line)![1];
      const items: Piece[] = [];
      for (let item; (item = ITEM.exec(lines[i] ?? "")) && !item[1] === !ordered; i++) {
        let content = item[2];
        // A line indented under an item goes on with it.
        while (/^\s+\S/.test(lines[i + 1] ?? "") && !ITEM.test(lines[i + 1]))
          content += " " + lines[++i].trim();
        items.push({ tag: "li", inside: inline(content) });
        while (lines[i + 1] === "" && ITEM.test(lines[i + 2] ?? "")) i++;
      }
      blocks.push({ tag: ordered ? "ol" : "ul", inside: items });
    } else if (line.trim()) {
      const paragraph: string[] = [];
      do paragraph.push(lines[i].replace(/^#{1,6}\s+(.*)/, "**$1**"));
      while (
        ++i < lines.length &&
        lines[i].trim() &&
        !ITEM.test(lines[i]) &&
        !lines[i].trimStart().startsWith("```")
      );
      blocks.push({ tag: "p", inside: inline(paragraph.join("\n")) });
    } else i++;
  }
  return blocks;
}

/** A text that is still being written, without a mark whose end has not come yet. */
export const settled = (text: string): string => text.replace(/(\[\d{0,2}|[*_`]+)$/, "");

function inline(text: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(INLINE)) {
    const [whole, code, bold, before = "", italic, label, target, mark, address] = match;
    const between = text.slice(end, match.index) + before;
    // A mark stands close to the word it proves.
    pieces.push(mark ? between.trimEnd() : between);
    end = match.index + whole.length;
    if (code) pieces.push({ tag: "code", inside: [code] });
    else if (bold) pieces.push({ tag: "strong", inside: inline(bold) });
    else if (italic) pieces.push({ tag: "em", inside: inline(italic) });
    else if (mark) pieces.push({ mark: +mark });
    else if (address) pieces.push({ tag: "a", inside: [address], href: address });
    else if (SAFE.test(target)) pieces.push({ tag: "a", inside: inline(label), href: target });
    else pieces.push(...inline(label));
  }
  return [...pieces, text.slice(end)].filter((piece) => piece !== "");
}

/**
 * `cite` makes the node for a mark, or says null when there is no such citation: then the mark stays text.
 */
export function toDom(pieces: Piece[], cite: (mark: number) => Node | null): Node[] {
  return pieces.map((piece) => {
    if (typeof piece === "string") return document.createTextNode(piece);
    if ("mark" in piece) return cite(piece.mark) ?? document.createTextNode(`[${piece.mark}]`);
    const link = piece.href ? { href: piece.href, target: "_blank", rel: "noopener noreferrer" } : {};
    return h(piece.tag, link, ...toDom(piece.inside, cite));
  });
}
