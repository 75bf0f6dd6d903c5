import assert from "node:assert/strict";
import { beforeEach, describe, mock, test } from "node:test";
import type { ServerFrame } from "../src/protocol.ts";
import { Store } from "../src/store.ts";
import { Transport, backoff } from "../src/transport.ts";
import { ack, ready } from "./support.ts";

class FakeSocket {
  static made: FakeSocket[] = [];
  sent: any[] = [];
  onopen?: () => void;
  onmessage?: (event: { data: string }) => void;
  onclose?: (event: { code: number }) => void;
  constructor(public_url: string) {
    assert.match(public_url, /^wss:\/\/echo\.example\/widget\/v1\/socket$/);
    FakeSocket.made.push(this);
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  close(): void {}
  says(frame: ServerFrame): void {
    this.onmessage!({ data: JSON.stringify(frame) });
  }
}

let transport: Transport;
let store: Store;
let frames: ServerFrame[];
let links: string[];
let requests: [string, any][];
let answer: (path: string) => [number, object];
let place = { conversationId: null as string | null, after: 0 };

const settle = async (): Promise<void> => {
  for (let i = 0; i < 30; i++) await Promise.resolve();
};
const latest = (): FakeSocket => FakeSocket.made.at(-1)!;
const later = async (ms: number): Promise<void> => {
  mock.timers.tick(ms);
  await settle();
};

beforeEach(() => {
  FakeSocket.made = [];
  [frames, links, requests] = [[], [], []];
  let tokens = 0;
  answer = (path) => (path === "tokens" ? [200, { token: "token-" + ++tokens }] : [200, { frames: [] }]);
  Object.assign(globalThis, {
    WebSocket: FakeSocket,
    addEventListener() {},
    document: { addEventListener() {} },
    async fetch(url: string, init: any) {
      const path = url.replace("https://echo.example/widget/v1/", "");
      requests.push([path, init]);
      const [status, body] = answer(path);
      if (status === 0) throw new TypeError("no network");
      return { ok: status < 400, status, json: async () => body };
    },
  });
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"] });
  place = { conversationId: null, after: 0 };
  store = new Store("ten_" + Math.random(), [], () => {});
  transport = new Transport("https://echo.example", "ten_1", store, {
    frame: (frame) => frames.push(frame),
    link: (link) => links.push(link),
    place: () => place,
  });
});

async function online(): Promise<void> {
  transport.start();
  await settle();
  latest().onopen!();
  latest().says(ready([], 0));
}

test("the waits double from 0.3 s to 10 s, with jitter", () => {
  assert.deepEqual(
    [0, 1, 2, 9].map((failures) => backoff(failures, 1)),
    [300, 600, 1200, 10_000],
  );
  assert.equal(backoff(0, 0), 150);
});

describe("the socket", () => {
  test("begins with hello, carrying a token that was fetched once and where to resume", async () => {
    await online();
    assert.deepEqual(latest().sent, [{ type: "hello", token: "token-1", conversationId: null, after: 0 }]);
    assert.deepEqual(links, ["connecting", "online"]);
    place = { conversationId: "conv_1", after: 7 };
    latest().onclose!({ code: 1006 });
    await later(300);
    latest().onopen!();
    assert.deepEqual(latest().sent[0], {
      type: "hello",
      token: "token-1",
      conversationId: "conv_1",
      after: 7,
    });
    assert.equal(requests.length, 1);
  });

  test("4401 is answered with a fresh token, once, and then with patience", async () => {
    store.write({ token: "forged" });
    transport.start();
    await settle();
    latest().onclose!({ code: 4401 });
    await settle();
    assert.equal(FakeSocket.made.length, 2);
    latest().onopen!();
    assert.equal(latest().sent[0].token, "token-1");
    latest().onclose!({ code: 4401 });
    await settle();
    assert.equal(FakeSocket.made.length, 2, "no second time at once");
    await later(300);
    assert.equal(FakeSocket.made.length, 3);
  });

  test("pings every 25 s and is given up when nothing comes back for 10 s", async () => {
    await online();
    await later(25_000);
    assert.deepEqual(latest().sent.at(-1), { type: "ping" });
    latest().says({ type: "pong" });
    await later(10_000);
    assert.equal(links.at(-1), "online");
    await later(15_000);
    await later(10_000);
    assert.equal(links.at(-1), "offline");
    await later(300);
    assert.equal(FakeSocket.made.length, 2);
  });

  test("an unknown tenant is told apart from a bad line, and not asked again", async () => {
    answer = () => [404, { error: { code: "not_found", message: "No." } }];
    transport.start();
    await settle();
    await later(60_000);
    assert.deepEqual([links, requests.length], [["connecting", "unavailable"], 1]);
  });
});

describe("without sockets", () => {
  async function blocked(): Promise<void> {
    transport.start();
    await settle();
    latest().onclose!({ code: 1006 });
    await later(300);
    latest().onclose!({ code: 1006 });
    await settle();
  }

  test("two failed attempts in a row lead to polling, with the token in the header", async () => {
    await blocked();
    const [path, init] = requests[1];
    assert.equal(path, "events?conversationId=&after=0&wait=0");
    assert.equal(init.headers.Authorization, "Bearer token-1");
    assert.equal(links.at(-1), "online");
  });

  test("messages are posted and their answers come as frames", async () => {
    await blocked();
    answer = (path) => (path === "messages" ? [200, ack("mine", 1)] : [200, { frames: [] }]);
    transport.send({ type: "send", clientMessageId: "mine", content: "Hello", conversationId: null });
    await settle();
    const [, init] = requests.find(([path]) => path === "messages")!;
    assert.deepEqual(JSON.parse(init.body), {
      clientMessageId: "mine",
      content: "Hello",
      conversationId: null,
    });
    assert.deepEqual(frames.at(-1), ack("mine", 1));
    answer = () => [409, { error: { code: "conversation_closed", message: "Resolved." } }];
    transport.send({ type: "send", clientMessageId: "mine", content: "Hello", conversationId: "conv_1" });
    await settle();
    assert.deepEqual(frames.at(-1), {
      type: "error",
      code: "conversation_closed",
      message: "Resolved.",
      clientMessageId: "mine",
    });
  });

  test("a refused token is replaced once for each request", async () => {
    await blocked();
    store.write({ token: "forged" });
    let refusals = 0;
    answer = (path) =>
      path === "tokens" ? [200, { token: "fresh" }] : refusals++ ? [200, ack("mine", 1)] : [401, {}];
    transport.send({ type: "send", clientMessageId: "mine", content: "Hello", conversationId: null });
    await settle();
    assert.equal(requests.at(-1)![1].headers.Authorization, "Bearer fresh");
  });

  test("the socket is tried again later, and takes over when it works", async () => {
    await blocked();
    const before = FakeSocket.made.length;
    await later(60_000);
    assert.equal(FakeSocket.made.length, before + 1);
    latest().onopen!();
    latest().says(ready([], 0));
    const polls = requests.length;
    await later(10_000);
    assert.equal(requests.length, polls);
  });

  test("while there is no conversation to wait for, the server is asked with rests", async () => {
    answer = (path) =>
      path === "tokens"
        ? [200, { token: "t" }]
        : [200, { frames: [{ ...ready([], 0), conversation: null }] }];
    await blocked();
    const began = requests.length;
    await later(1999);
    assert.ok(requests.length - began <= 1, String(requests.length - began));
  });

  test("no network at all is said, and asked again with growing waits", async () => {
    await blocked();
    answer = () => [0, {}];
    await later(2000);
    assert.equal(links.at(-1), "offline");
  });
});
