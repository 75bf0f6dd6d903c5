/**
 * The way to the server: a socket that comes back by itself, or POST and long polling where sockets do not
 * get through.
 *
 * Frames of both ways reach `hooks.frame` alike. What was sent and not acknowledged is the sender's to send
 * again.
 */
import type { ClientFrame, SendFrame, ServerFrame } from "./protocol.ts";
import type { Store } from "./store.ts";

export type Link = "idle" | "connecting" | "online" | "offline" | "unavailable";

export interface Hooks {
  frame(frame: ServerFrame): void;
  link(link: Link): void;
  /** Where to resume: the conversation and the last place in it that we have. */
  place(): { conversationId: string | null; after: number };
}

/** The server said no, with a status, a code and a sentence for people. */
export class Refused extends Error {
  status: number;
  code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

const PING_EVERY = 25_000;
const PATIENCE = 10_000;
const SOCKET_AGAIN = 60_000;
const POLL_WAIT = 20;

/**
 * Milliseconds before the next attempt: from 0.3 s, doubling to 10 s, with jitter so that not all come at
 * once.
 */
export const backoff = (failures: number, random = Math.random()): number =>
  Math.min(10_000, 300 * 2 ** failures) * (0.5 + random / 2);

export class Transport {
  link: Link = "idle";
  #base: string;
  #tenantId: string;
  #store: Store;
  #hooks: Hooks;
  #socket: WebSocket | null = null;
  #polling: AbortController | null = null;
  #failures = 0;
  /** A socket has worked on this page, so a failing one is more likely an outage than a proxy. */
  #socketWorks = false;
  /** The token is a fresh one: a refusal is then not the token's fault. */
  #renewed = false;
  #again?: ReturnType<typeof setTimeout>;
  #pinging?: ReturnType<typeof setInterval>;
  #deadline?: ReturnType<typeof setTimeout>;

  constructor(base: string, tenantId: string, store: Store, hooks: Hooks) {
    this.#base = base + "/widget/v1/";
    this.#tenantId = tenantId;
    this.#store = store;
    this.#hooks = hooks;
  }

  start(): void {
    if (this.link !== "idle") return;
    addEventListener("online", () => this.#nudge());
    addEventListener("offline", () => this.#lost());
    document.addEventListener("visibilitychange", () => document.hidden || this.#nudge());
    this.#setLink("connecting");
    this.#connect();
  }

  /** Send one message; `ack` or `error` comes back as a frame. */
  send(frame: SendFrame): void {
    if (this.post(frame)) return;
    const { type: _, ...body } = frame;
    this.call<ServerFrame>("messages", body).then(
      (ack) => {
        const moved = ack.type === "ack" && ack.conversationId !== this.#hooks.place().conversationId;
        this.#hooks.frame({ ...ack, type: "ack" } as ServerFrame);
        if (moved && this.#polling) this.#poll();
      },
      (error) => {
        const { clientMessageId } = frame;
        if (error instanceof Refused)
          this.#hooks.frame({ type: "error", code: error.code, message: error.message, clientMessageId });
        else if (this.#polling) this.#poll(true);
      },
    );
  }

  /** Say something that may be lost; false when there is no socket to say it on. */
  post(frame: ClientFrame): boolean {
    if (this.link !== "online" || !this.#socket || this.#polling) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  /**
   * Ask with the token, getting one first where there is none, and once more with a fresh one when it is
   * refused.
   */
  async call<T>(path: string, body?: object, signal?: AbortSignal): Promise<T> {
    for (let fresh = false; ; fresh = true) {
      try {
        return await this.#fetch<T>(path, body, signal, await this.#token());
      } catch (error) {
        if (!(error instanceof Refused) || error.status !== 401 || fresh) throw error;
        this.#store.write({ token: undefined });
      }
    }
  }

  async #token(): Promise<string> {
    let { token } = this.#store.read();
    if (!token) {
      ({ token } = await this.#fetch<{ token: string }>("tokens", { tenantId: this.#tenantId }));
      this.#store.write({ token });
    }
    return token!;
  }

  async #fetch<T>(path: string, body?: object, signal?: AbortSignal, token?: string): Promise<T> {
    const response = await fetch(this.#base + path, {
      method: body ? "POST" : "GET",
      headers: {
        ...(token && { Authorization: "Bearer " + token }),
        ...(body && { "Content-Type": "application/json" }),
      },
      body: body && JSON.stringify(body),
      signal,
      credentials: "omit",
    });
    const answer = await response.json().catch(() => ({}));
    if (!response.ok)
      throw new Refused(response.status, answer.error?.code ?? "", answer.error?.message ?? "");
    return answer;
  }

  async #connect(): Promise<void> {
    clearTimeout(this.#again);
    let token: string;
    try {
      token = await this.#token();
    } catch (error) {
      const gone = error instanceof Refused && [403, 404, 422].includes(error.status);
      return gone ? this.#setLink("unavailable") : this.#lost();
    }
    if (this.#socket) return;
    const socket = (this.#socket = new WebSocket(this.#base.replace(/^http/, "ws") + "socket"));
    let ready = false;
    this.#expect();
    socket.onopen = () => socket.send(JSON.stringify({ type: "hello", token, ...this.#hooks.place() }));
    socket.onmessage = (event) => {
      clearTimeout(this.#deadline);
      const frame = JSON.parse(event.data) as ServerFrame;
      if (frame.type === "ready") {
        ready = this.#socketWorks = true;
        this.#failures = 0;
        this.#renewed = false;
        this.#stopPolling();
        this.#pinging = setInterval(() => this.#ping(), PING_EVERY);
      }
      this.#hooks.frame(frame);
      if (frame.type === "ready") this.#setLink("online");
    };
    socket.onclose = (event) => {
      if (event.code === 4401) {
        this.#store.write({ token: undefined });
        if (!this.#renewed) {
          this.#renewed = true;
          this.#hangUp();
          return void this.#connect();
        }
      }
      this.#lost(ready);
    };
  }

  /**
   * The socket is gone or never came: try again later, and meanwhile by polling where sockets seem blocked.
   */
  #lost(wasReady = false): void {
    this.#hangUp();
    clearTimeout(this.#again);
    if (!wasReady) this.#failures++;
    const blocked = this.#failures >= (this.#socketWorks ? 5 : 2);
    if (!this.#polling) this.#setLink("offline");
    if (blocked && !this.#polling) this.#poll();
    this.#again = setTimeout(
      () => this.#connect(),
      blocked ? SOCKET_AGAIN : backoff(Math.max(0, this.#failures - 1)),
    );
  }

  #hangUp(): void {
    clearTimeout(this.#deadline);
    clearInterval(this.#pinging);
    if (!this.#socket) return;
    this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close();
    this.#socket = null;
  }

  /** Something changed (back online, tab shown): find out at once whether the line still stands. */
  #nudge(): void {
    if (this.link === "unavailable") return;
    if (this.#socket) this.#ping();
    else this.#connect();
  }

  #ping(): void {
    if (this.post({ type: "ping" })) this.#expect();
  }

  #expect(): void {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => this.#lost(), PATIENCE);
  }

  #stopPolling(): void {
    this.#polling?.abort();
    this.#polling = null;
  }

  async #poll(broken = false): Promise<void> {
    this.#stopPolling();
    const control = (this.#polling = new AbortController());
    const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
    let failures = 0;
    if (broken) {
      this.#setLink("offline");
      await pause(backoff(0));
    }
    while (this.#polling === control) {
      const began = Date.now();
      const { conversationId, after } = this.#hooks.place();
      const wait = this.link === "online" ? POLL_WAIT : 0;
      try {
        const { frames } = await this.call<{ frames: ServerFrame[] }>(
          `events?conversationId=${conversationId ?? ""}&after=${after}&wait=${wait}`,
          undefined,
          control.signal,
        );
        if (this.#polling !== control) return;
        frames.forEach((frame) => this.#hooks.frame(frame));
        failures = 0;
        // Back from an outage, and sockets are known to get through: no need to wait for their turn.
        if (this.#socketWorks && this.link !== "online") this.#connect();
        this.#setLink("online");
        // Without a conversation there is nothing to wait for, and the server answers at once: ask it after a
        // rest.
        if (Date.now() - began < 1000 && !(frames.length && after)) await pause(2000);
      } catch {
        if (this.#polling !== control) return;
        this.#setLink("offline");
        await pause(backoff(failures++));
      }
    }
  }

  #setLink(link: Link): void {
    if (this.link === link) return;
    this.link = link;
    this.#hooks.link(link);
  }
}
