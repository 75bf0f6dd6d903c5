import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Thread } from "../src/thread.ts";
import { ack, arrives, delta, message, pending, ready, state } from "./support.ts";

const awaited = (thread: Thread): string | undefined => thread.typing?.author;
const texts = (thread: Thread): string[] => thread.items.map((item) => item.event ?? item.text);

describe("history", () => {
  test("it stands in the server's order and tells where to resume", () => {
    const thread = new Thread();
    thread.apply(ready([message("msg_1", "contact", "a"), message("msg_2", "assistant", "b")], 4));
    assert.deepEqual(texts(thread), ["a", "b"]);
    assert.equal(thread.lastSeq, 4);
    assert.equal(thread.target, "conv_1");
  });

  test("coming back adds what was missed, once, before what is not yet sent", () => {
    const thread = new Thread();
    thread.apply(ready([message("msg_1", "contact", "a")], 1));
    thread.write(pending("mine", "unsent"));
    thread.apply(ready([message("msg_1", "contact", "a"), message("msg_2", "assistant", "b")], 2));
    assert.deepEqual(texts(thread), ["a", "b", "unsent"]);
  });

  test("an acknowledged message keeps its place when what came before it is told later", () => {
    const thread = new Thread();
    thread.apply(ready([message("msg_1", "contact", "a")], 1));
    thread.write(pending("mine", "b"));
    thread.apply(ack("mine", 3));
    thread.apply(ready([message("msg_2", "agent", "between"), message("msg_3", "contact", "b")], 3));
    assert.deepEqual(texts(thread), ["a", "between", "b"]);
  });

  test("another conversation replaces it, but not what is not yet sent", () => {
    const thread = new Thread();
    thread.apply(ready([message("msg_1", "contact", "a")], 1));
    thread.write(pending("mine", "unsent"));
    thread.apply(ready([message("msg_7", "agent", "new")], 1, { id: "conv_2" }));
    assert.deepEqual(texts(thread), ["new", "unsent"]);
  });

  test("a conversation that waits for a person says so after a reload", () => {
    const thread = new Thread();
    thread.apply(ready([message("msg_1", "contact", "a")], 2, { handler: "queue" }));
    assert.deepEqual(texts(thread), ["a", "queue"]);
  });
});

describe("own messages", () => {
  test("one is there at once, and sent when acknowledged", () => {
    const thread = new Thread();
    thread.write(pending("mine"));
    assert.equal(thread.items[0].status, "sending");
    thread.apply(ack("mine", 1));
    assert.equal(thread.items[0].status, "sent");
    assert.equal(thread.target, "conv_1");
  });

  test("it is not doubled when it comes back before its acknowledgement", () => {
    const thread = new Thread();
    thread.write(pending("mine"));
    thread.apply(arrives(1, "contact", "Hello"));
    assert.equal(thread.items.length, 1);
    thread.apply(ack("mine", 1));
    thread.apply(arrives(1, "contact", "Hello"));
    assert.deepEqual(texts(thread), ["Hello"]);
  });

  test("the same words from another tab are a message of their own", () => {
    const thread = new Thread();
    thread.write(pending("mine"));
    thread.apply(arrives(1, "contact", "Hello"));
    thread.apply(ack("mine", 2));
    assert.deepEqual(texts(thread), ["Hello", "Hello"]);
  });

  test("one that came back while the line was down is not doubled by sending it again", () => {
    const thread = new Thread();
    thread.apply(ready([], 0));
    thread.write(pending("mine"));
    thread.apply(ready([message("msg_1", "contact", "Hello")], 1));
    thread.apply(ack("mine", 1));
    assert.deepEqual(texts(thread), ["Hello"]);
  });

  test("a refused one stays, with the reason, and can be sent again under its id", () => {
    const thread = new Thread();
    thread.write(pending("mine"));
    thread.refuse("mine", "Too long.");
    assert.deepEqual([thread.items[0].status, thread.items[0].problem], ["failed", "Too long."]);
    thread.retry("mine");
    assert.deepEqual([thread.items[0].status, thread.items[0].key], ["sending", "mine"]);
  });

  test("a new conversation begins its numbering again, below what is on screen", () => {
    const thread = new Thread();
    thread.apply(ready([message("msg_1", "contact", "old")], 40));
    thread.apply(state(41, { status: "resolved" }));
    assert.equal(thread.target, null);
    thread.write(pending("mine", "new"));
    thread.apply(ack("mine", 1, { conversationId: "conv_2", messageId: "msg_50" }));
    assert.deepEqual(texts(thread), ["old", "resolved", "new"]);
    assert.deepEqual([thread.target, thread.lastSeq], ["conv_2", 0]);
  });
});

describe("a reply being written", () => {
  test("deltas add up and the message takes their place", () => {
    const thread = new Thread();
    thread.apply(delta("One "));
    thread.apply(delta("two", 4));
    assert.deepEqual(texts(thread), ["One two"]);
    thread.apply(arrives(9, "assistant", "One two three"));
    assert.deepEqual(texts(thread), ["One two three"]);
    assert.equal(thread.items[0].attempt, undefined);
  });

  test("a gap is ignored until the message comes, and so is a repeated delta", () => {
    const thread = new Thread();
    thread.apply(delta("One "));
    thread.apply(delta("three", 8));
    thread.apply(delta("One ", 0));
    assert.deepEqual(texts(thread), ["One "]);
  });

  test("whose beginning was missed is not shown in pieces", () => {
    const thread = new Thread();
    thread.apply(delta("two", 4));
    assert.deepEqual(texts(thread), []);
  });

  test("a higher attempt replaces a lower one, which then is not heard any more", () => {
    const thread = new Thread();
    thread.apply(delta("First"));
    thread.apply(delta("Second", 0, 2));
    thread.apply(delta(" more", 5, 1));
    assert.deepEqual(texts(thread), ["Second"]);
  });

  test("reset withdraws it, and late deltas of that attempt do not bring it back", () => {
    const thread = new Thread();
    thread.apply(delta("First"));
    thread.apply({ type: "reset", replyId: "msg_9", attempt: 1 });
    thread.apply(delta("First"));
    assert.deepEqual(texts(thread), []);
    thread.apply(delta("Again", 0, 2));
    assert.deepEqual(texts(thread), ["Again"]);
  });

  test("a finished message is not withdrawn, nor overwritten by a late delta", () => {
    const thread = new Thread();
    thread.apply(arrives(9, "assistant", "Whole"));
    thread.apply(delta("Who"));
    thread.apply({ type: "reset", replyId: "msg_9", attempt: 1 });
    assert.deepEqual(texts(thread), ["Whole"]);
  });

  test("a person who takes over withdraws it, also when the reset was missed", () => {
    const thread = new Thread();
    thread.apply(ready([message("msg_1", "contact", "a")], 1));
    thread.apply(delta("First"));
    thread.apply(ready([], 2, { handler: "agent", agentName: "Mira" }));
    assert.deepEqual(texts(thread), ["a", "joined"]);
  });
});

describe("who answers", () => {
  test("each change is one line, in order, and an old one says nothing", () => {
    const thread = new Thread();
    thread.apply(ready([message("msg_1", "contact", "a")], 1));
    thread.apply(state(2, { handler: "queue" }));
    thread.apply(state(3, { handler: "agent", agentName: "Mira" }));
    thread.apply(state(2, { handler: "queue" }));
    thread.apply(state(5, { handler: "assistant" }));
    thread.apply(arrives(4, "agent", "Bye"));
    assert.deepEqual(texts(thread), ["a", "queue", "joined", "Bye", "returned"]);
    assert.equal(thread.items[2].name, "Mira");
  });

  test("resolved and open again", () => {
    const thread = new Thread();
    thread.apply(ready([], 1));
    thread.apply(state(2, { status: "resolved" }));
    assert.equal(thread.target, null);
    thread.apply(state(3, { status: "open" }));
    assert.deepEqual([texts(thread), thread.target], [["resolved", "reopened"], "conv_1"]);
  });

  test("the assistant is awaited from the acknowledgement to its first word", () => {
    const thread = new Thread();
    thread.write(pending("mine"));
    assert.equal(awaited(thread), undefined);
    thread.apply(ack("mine", 1));
    assert.equal(awaited(thread), "assistant");
    thread.apply(delta("One"));
    assert.equal(awaited(thread), undefined);
  });

  test("while a person answers nobody waits for the assistant", () => {
    const thread = new Thread();
    thread.apply(ready([], 1, { handler: "agent", agentName: "Mira" }));
    thread.write(pending("mine"));
    thread.apply(ack("mine", 2));
    assert.equal(awaited(thread), undefined);
  });
});

test("unread are the replies that are newer than what was seen", () => {
  const thread = new Thread();
  thread.apply(
    ready(
      [message("msg_1", "assistant", "a"), message("msg_2", "contact", "b"), message("msg_3", "agent", "c")],
      3,
    ),
  );
  assert.equal(thread.unread("2027-01-01T10:00:01Z"), 1);
  assert.equal(thread.unread(thread.newest()!), 0);
});
