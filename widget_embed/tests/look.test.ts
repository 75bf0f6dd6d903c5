import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { LOCALES, english } from "../src/texts.ts";

const source = (name: string): string => readFileSync(new URL("../src/" + name, import.meta.url), "utf8");

/** The tokens of each block of `frame.css` that sets them: light, dark, and dark again for `auto`. */
const themes = [...source("frame.css").matchAll(/\{\s*((?:--[\w-]+: #\w+;\s*)+)/g)].map((block) =>
  Object.fromEntries([...block[1].matchAll(/--([\w-]+): (#\w+);/g)].map(([, name, value]) => [name, value])),
);

function luminance(colour: string): number {
  const digits = colour.slice(1);
  const pairs = digits.length === 3 ? [...digits].map((digit) => digit + digit) : digits.match(/../g)!;
  const [r, g, b] = pairs
    .map((pair) => parseInt(pair, 16) / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: string, other: string): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

const PAIRS = [
  ["ink", "s1"],
  ["ink", "s2"],
  ["ink2", "s1"],
  ["ink2", "s2"],
  ["ink3", "s1"],
  ["ink3", "s2"],
  ["accent-ink", "accent"],
  ["accent-text", "s1"],
  ["accent-text", "s2"],
  ["accent-text", "accent-soft"],
  ["bad", "s1"],
  ["ink", "mark"],
];

test("dark is the same dark, chosen or automatic", () => {
  assert.equal(themes.length, 3);
  assert.deepEqual(themes[1], themes[2]);
});

for (const [index, theme] of ["light", "dark"].entries()) {
  for (const [text, surface] of PAIRS) {
    test(`${theme}: ${text} on ${surface} is at least 4.5:1`, () => {
      const ratio = contrast(themes[index][text], themes[index][surface]);
      assert.ok(ratio >= 4.5, ratio.toFixed(2));
    });
  }
}

test("every language says everything, with the same blanks", () => {
  assert.deepEqual(
    readdirSync(new URL("../src/locales", import.meta.url)).sort(),
    LOCALES.map((name) => name + ".json"),
  );
  const blanks = (text: string): string[] => text.match(/\{\w+\}/g) ?? [];
  for (const name of LOCALES) {
    const texts = JSON.parse(source(`locales/${name}.json`));
    assert.deepEqual(Object.keys(texts).sort(), Object.keys(english).sort(), name);
    for (const [key, text] of Object.entries(english))
      assert.deepEqual(blanks(texts[key]), blanks(text), `${name}: ${key}`);
  }
});
