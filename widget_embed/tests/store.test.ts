import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { Store } from "../src/store.ts";

const storage = (values: Record<string, string> = {}) => {
  const kept = new Map(Object.entries(values));
  return Object.assign(
    Object.create({
      getItem: (key: string) => kept.get(key) ?? null,
      setItem(this: any, key: string, value: string) {
        kept.set(key, value);
        this[key] = value;
      },
      removeItem(this: any, key: string) {
        kept.delete(key);
        delete this[key];
      },
    }),
    values,
  );
};
const give = (value: () => unknown): void => {
  Object.defineProperty(globalThis, "localStorage", { configurable: true, get: value });
};
const forbidden = (): never => {
  throw new DOMException("denied", "SecurityError");
};

afterEach(() => give(() => undefined));

test("what the page keeps is nothing to a frame that has its own storage", () => {
  const own = storage({ "echo:ten_1": '{"token":"own"}' });
  give(() => own);
  const told: string[] = [];
  const store = new Store("ten_1", [["echo:ten_1", '{"token":"planted"}']], (key) => told.push(key));
  assert.equal(store.read().token, "own");
  store.write({ seen: "now" });
  store.keep({ clientMessageId: "a", content: "Hello", at: Date.now() });
  assert.deepEqual(
    store.pending().map((entry) => entry.clientMessageId),
    ["a"],
  );
  assert.deepEqual([store.read(), told], [{ token: "own", seen: "now" }, []]);
});

test("a frame without storage has the page around it keep everything", () => {
  give(forbidden);
  const page = new Map<string, string>();
  const keep = (key: string, value: string): void => void (value ? page.set(key, value) : page.delete(key));
  const store = new Store("ten_1", [], keep);
  store.write({ token: "mine" });
  store.keep({ clientMessageId: "a", content: "one", at: Date.now() });
  store.keep({ clientMessageId: "b", content: "two", at: Date.now() + 1 });
  store.forget("a");
  const again = new Store("ten_1", [...page], keep);
  assert.equal(again.read().token, "mine");
  assert.deepEqual(
    again.pending().map((entry) => entry.content),
    ["two"],
  );
});

test("a value that is not ours is as good as none", () => {
  give(forbidden);
  const store = new Store(
    "ten_1",
    [
      ["echo:ten_1", "{broken"],
      ["echo:ten_1:out:x", "null"],
    ],
    () => {},
  );
  assert.deepEqual([store.read(), store.pending()], [{}, []]);
});
