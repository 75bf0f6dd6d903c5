import assert from "node:assert/strict";
import { test } from "node:test";
import { parse, settled, type Piece } from "../src/markdown.ts";

/** The tree as a line that can be read: `p(text strong(bold))`. */
const say = (pieces: Piece[]): string =>
  pieces
    .map((piece) => {
      if (typeof piece === "string") return piece;
      if ("mark" in piece) return `{${piece.mark}}`;
      return `${piece.tag}(${piece.href ? piece.href + "|" : ""}${say(piece.inside)})`;
    })
    .join("");

const CASES: [string, string, string][] = [
  ["paragraphs are parted by empty lines", "one\ntwo\n\nthree", "p(one\ntwo)p(three)"],
  [
    "bold, italic and code",
    "**bold** and *it* and _it_ and `a*b*c`",
    "p(strong(bold) and em(it) and em(it) and code(a*b*c))",
  ],
  ["underscores inside a word are its own", "snake_case_name and 2*3*4", "p(snake_case_name and 2*3*4)"],
  [
    "a list of points",
    "- one\n- **two**\n  goes on\n\n- three",
    "ul(li(one)li(strong(two) goes on)li(three))",
  ],
  ["a numbered list after a line", "First:\n1. one\n2) two\nend", "p(First:)ol(li(one)li(two))p(end)"],
  ["a block of code keeps its marks", "```js\n**a** [1]\n```\nend", "pre(code(**a** [1]))p(end)"],
  ["a block of code that is not finished", "```\na\nb", "pre(code(a\nb))"],
  ["a heading is a bold line", "## Returns\ntext", "p(strong(Returns)\ntext)"],
  [
    "a link",
    "see [the **page**](https://a.example/b?c=d).",
    "p(see a(https://a.example/b?c=d|the strong(page)).)",
  ],
  [
    "a bare address without its full stop",
    "at https://a.example/x_y_z.",
    "p(at a(https://a.example/x_y_z|https://a.example/x_y_z).)",
  ],
  [
    "an address with brackets",
    "[it](https://a.example/Kettle_(pot))",
    "p(a(https://a.example/Kettle_(pot)|it))",
  ],
  ["a mail address", "[write](mailto:a@b.example)", "p(a(mailto:a@b.example|write))"],
  ["marks of citations stand at the word", "47 days [1][2].", "p(47 days{1}{2}.)"],
  ["HTML stays text", "<img src=x onerror=alert(1)>", "p(<img src=x onerror=alert(1)>)"],
  ["unfinished marks stay text", "**bold and *it", "p(**bold and *it)"],
];

for (const [name, source, expected] of CASES) test(name, () => assert.equal(say(parse(source)), expected));

for (const address of [
  "javascript:alert(1)",
  "JaVaScRiPt:alert(1)",
  "data:text/html,x",
  "//a.example",
  "vbscript:x",
  "/path",
]) {
  test(`${address} does not become a link`, () => assert.equal(say(parse(`[go](${address})`)), "p(go)"));
}

test("a text being written hides a mark whose end has not come", () => {
  assert.equal(settled("within **47"), "within **47");
  assert.equal(settled("within **"), "within ");
  assert.equal(settled("47 days [1"), "47 days ");
  assert.equal(settled("47 days [1]"), "47 days [1]");
});

test("8,000 characters that are all marks are parsed in a moment", () => {
  for (const mark of ["*", "_", "`", "[", "**a", "[a](", "- "]) {
    const began = performance.now();
    parse(mark.repeat(8000 / mark.length));
    assert.ok(performance.now() - began < 500, mark);
  }
});
