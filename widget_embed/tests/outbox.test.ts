import assert from "node:assert/strict";
import { beforeEach, describe, mock, test } from "node:test";
import { Outbox } from "../src/outbox.ts";
import type { SendFrame } from "../src/protocol.ts";
import { Store } from "../src/store.ts";
import { Thread } from "../src/thread.ts";
import { ack, ready } from "./support.ts";

let thread: Thread;
let store: Store;
let sent: SendFrame[];
let outbox: Outbox;

function open(): Outbox {
  thread = new Thread();
  sent = [];
  return new Outbox(
    store,
    thread,
    (frame) => sent.push(frame),
    () => {},
  );
}

const acknowledge = (id: string, seq: number): void => {
  thread.apply(ack(id, seq));
  outbox.acknowledged(ack(id, seq));
};

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  store = new Store("ten_" + Math.random(), [], () => {});
  outbox = open();
});

describe("outbox", () => {
  test("what is written offline goes out in order, one at a time, into one conversation", () => {
    outbox.write("one");
    outbox.write("two");
    assert.equal(sent.length, 0);
    outbox.link(true);
    assert.deepEqual(
      sent.map((frame) => [frame.content, frame.conversationId]),
      [["one", null]],
    );
    acknowledge(sent[0].clientMessageId, 1);
    assert.deepEqual([sent[1].content, sent[1].conversationId], ["two", "conv_1"]);
    acknowledge(sent[1].clientMessageId, 2);
    assert.deepEqual(store.pending(), []);
  });

  test("what was not acknowledged goes out again after the line was down, under the same id", () => {
    outbox.link(true);
    outbox.write("one");
    outbox.link(false);
    outbox.link(true);
    assert.equal(sent.length, 2);
    assert.equal(sent[0].clientMessageId, sent[1].clientMessageId);
  });

  test("a reload keeps it, with its id", () => {
    outbox.link(true);
    outbox.write("one");
    const { clientMessageId } = sent[0];
    outbox = open();
    assert.deepEqual(
      thread.items.map((item) => [item.key, item.status]),
      [[clientMessageId, "sending"]],
    );
    outbox.link(true);
    assert.equal(sent[0].clientMessageId, clientMessageId);
  });

  test("after a day it is no longer sent", () => {
    store.keep({ clientMessageId: "old", content: "one", at: Date.now() - 25 * 3600 * 1000 });
    outbox = open();
    assert.deepEqual(thread.items, []);
  });

  test("a refused one does not hold up the next, and goes out again when asked", () => {
    outbox.link(true);
    outbox.write("one");
    outbox.write("two");
    outbox.refused({
      type: "error",
      code: "too_many",
      message: "Wait a moment.",
      clientMessageId: sent[0].clientMessageId,
    });
    assert.deepEqual(
      thread.items.map((item) => item.status),
      ["failed", "sending"],
    );
    acknowledge(sent[1].clientMessageId, 1);
    outbox.retry(thread.items.find((item) => item.status === "failed")!.key);
    assert.equal(sent[2].clientMessageId, sent[0].clientMessageId);
  });

  test("while the server cannot take it, it waits with those after it, and goes out by itself", () => {
    outbox.link(true);
    outbox.write("one");
    outbox.write("two");
    outbox.refused({
      type: "error",
      code: "unavailable",
      message: "",
      clientMessageId: sent[0].clientMessageId,
    });
    assert.equal(sent.length, 1);
    mock.timers.tick(2000);
    assert.deepEqual(
      sent.map((frame) => frame.content),
      ["one", "one"],
    );
  });

  test("a conversation that was resolved meanwhile is followed by a new one", () => {
    thread.apply(ready([], 1));
    outbox.link(true);
    outbox.write("one");
    const { clientMessageId } = sent[0];
    assert.equal(sent[0].conversationId, "conv_1");
    outbox.refused({ type: "error", code: "conversation_closed", message: "", clientMessageId });
    assert.deepEqual([sent[1].conversationId, sent[1].clientMessageId], [null, clientMessageId]);
    outbox.refused({ type: "error", code: "conversation_closed", message: "", clientMessageId });
    assert.equal(thread.items[0].status, "failed", "it is not tried for ever");
  });

  test("no acknowledgement in fifteen seconds is a failure that the person sees", () => {
    outbox.link(true);
    outbox.write("one");
    mock.timers.tick(15_000);
    assert.equal(thread.items[0].status, "failed");
  });
});
