import assert from "node:assert/strict";
import { test } from "node:test";
import { plain } from "../src/passage.ts";

test("around a quote there are no marks of headings and bold text", () => {
  assert.equal(plain("# Care\n\nText\n\n## Descaling\n- **Twice** a year"), "Care\n\nText\n\nDescaling\n- Twice a year");
});

test("what only looks like a mark stays", () => {
  assert.equal(plain("order #12 and 2 * 3, C# 1"), "order #12 and 2 * 3, C# 1");
});
