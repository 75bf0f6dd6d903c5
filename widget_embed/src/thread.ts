/**
 * The conversation as the chat shows it: a list of items in order, built from the server's frames and from
 * what the person has just written. It knows no page and no network. An item is never changed in place,
 * always replaced, so the view redraws exactly what differs.
 */
import type {
  AckFrame,
  Author,
  Citation,
  Conversation,
  DeltaFrame,
  Message,
  ReadyFrame,
  ServerFrame,
  StateFrame,
} from "./protocol.ts";
import type { Pending } from "./store.ts";

export type Event = "queue" | "joined" | "returned" | "resolved" | "reopened";

export interface Item {
  /** Stays the same for as long as the item is on screen. */
  key: string;
  author: Author;
  name: string;
  text: string;
  citations: Citation[];
  at: string;
  /** Place in the conversation; Infinity until the server has given one. */
  seq: number;
  /** The message's id, when the server has given one. */
  id?: string;
  /** Of the person's own messages. */
  status?: "sending" | "sent" | "failed";
  /** Why it was not sent, in the server's words. */
  problem?: string;
  /** Of a reply that is still being written. */
  attempt?: number;
  /** Of a line that says what happened. */
  event?: Event;
}

export class Thread {
  conversation: Conversation | null = null;
  items: Item[] = [];
  /** The last place in the conversation's numbering that the server told us about. */
  lastSeq = 0;
  /** Somebody is writing: the assistant whose first words are awaited, or a person by name. */
  typing: { author: "assistant" | "agent"; name: string } | null = null;

  #stateSeq = 0;
  #withdrawn = new Map<string, number>();
  /** The person's own messages that came back before their acknowledgement: theirs, or another tab's? */
  #held: { message: Message; seq: number }[] = [];

  /** The conversation that the next message belongs to; null starts a new one. */
  get target(): string | null {
    return this.conversation?.status === "open" ? this.conversation.id : null;
  }

  apply(frame: ServerFrame): void {
    if (frame.type === "ready") this.#ready(frame);
    else if (frame.type === "ack") this.#acknowledged(frame);
    else if (frame.type === "message") this.#arrived(frame.message, frame.seq);
    else if (frame.type === "delta") this.#extended(frame);
    else if (frame.type === "reset") this.#withdraw(frame.replyId, frame.attempt);
    else if (frame.type === "state") this.#changed(frame);
    else if (frame.type === "typing") this.typing = { author: frame.author, name: frame.name };
  }

  /** Show the person's message at once. */
  write(entry: Pending): void {
    if (this.items.some((item) => item.key === entry.clientMessageId)) return;
    this.items = [
      ...this.items,
      {
        key: entry.clientMessageId,
        author: "contact",
        name: "",
        text: entry.content,
        citations: [],
        at: new Date(entry.at).toISOString(),
        seq: Infinity,
        status: "sending",
      },
    ];
  }

  refuse(clientMessageId: string, problem: string): void {
    this.#replace(clientMessageId, { status: "failed", problem });
    this.#release();
  }

  retry(clientMessageId: string): void {
    this.#replace(clientMessageId, { status: "sending", problem: undefined });
  }

  /** The server says that this conversation takes no more messages: the next one starts another. */
  close(): void {
    if (this.conversation) this.conversation = { ...this.conversation, status: "resolved" };
  }

  /** How many messages by the assistant or an agent are newer than `seen` (a createdAt). */
  unread(seen: string): number {
    return this.#replies().filter((item) => Date.parse(item.at) > Date.parse(seen)).length;
  }

  newest(): string | undefined {
    return this.#replies().at(-1)?.at;
  }

  #replies(): Item[] {
    return this.items.filter((item) => item.id && (item.author === "assistant" || item.author === "agent"));
  }

  #ready({ conversation, messages, lastSeq }: ReadyFrame): void {
    const before = this.conversation;
    if (before && before.id !== conversation?.id && (conversation || before.status === "open")) {
      // Another conversation, or none: only what was not yet sent stays.
      this.items = this.items.filter((item) => item.status === "sending" || item.status === "failed");
      this.#stateSeq = 0;
    }
    if (conversation) {
      this.lastSeq = lastSeq;
      for (const message of messages) this.#arrived(message, message.seq);
      if (before?.id === conversation.id) this.#announce(before, conversation, lastSeq);
      else if (conversation.handler === "queue") this.#note("queue", "", lastSeq);
      this.conversation = conversation;
      this.#stateSeq = Math.max(this.#stateSeq, lastSeq);
      if (conversation.handler !== "assistant" || conversation.status === "resolved") this.#dropPartials();
    } else if (before?.status === "open") {
      this.conversation = null;
      this.lastSeq = 0;
    }
    this.typing = this.#awaited() ? { author: "assistant", name: "" } : null;
    this.#release();
  }

  #acknowledged(frame: AckFrame): void {
    if (this.conversation?.id !== frame.conversationId) {
      // The first message of a new conversation, whose numbering begins again.
      this.items = this.items.map((item) => (item.seq === Infinity ? item : { ...item, seq: -1 }));
      this.lastSeq = this.#stateSeq = 0;
      this.conversation = { id: frame.conversationId, handler: "assistant", status: "open", agentName: null };
    }
    this.items = this.items.filter(
      (item) => item.id !== frame.messageId || item.key === frame.clientMessageId,
    );
    this.#replace(frame.clientMessageId, {
      id: frame.messageId,
      status: "sent",
      seq: frame.seq,
      at: frame.createdAt,
    });
    this.#release();
    if (this.#awaited()) this.typing = { author: "assistant", name: "" };
  }

  #arrived(message: Message, seq: number): void {
    this.lastSeq = Math.max(this.lastSeq, seq);
    const known = this.items.find((item) => item.id === message.id || item.key === message.id);
    if (known?.id) return;
    if (
      !known &&
      message.author === "contact" &&
      this.items.some((i) => i.status === "sending" && i.text === message.content)
    ) {
      this.#held.push({ message, seq });
      return;
    }
    const item: Item = {
      key: known?.key ?? message.id,
      id: message.id,
      author: message.author,
      name: message.authorName ?? "",
      text: message.content,
      citations: message.citations ?? [],
      at: message.createdAt,
      seq,
      status: message.author === "contact" ? "sent" : undefined,
    };
    if (message.author !== "contact") this.typing = null;
    this.items = this.items.filter((other) => other !== known);
    this.#insert(item);
  }

  #extended({ replyId, attempt, offset, text }: DeltaFrame): void {
    if ((this.#withdrawn.get(replyId) ?? -1) >= attempt) return;
    let partial = this.items.find((item) => item.key === replyId);
    if (partial && (partial.id || partial.attempt! > attempt)) return;
    if (!partial || partial.attempt! < attempt) {
      if (offset) return; // its beginning was missed: the whole message will come
      this.#dropPartials();
      partial = {
        key: replyId,
        author: "assistant",
        name: "",
        text: "",
        citations: [],
        at: "",
        seq: Infinity,
        attempt,
      };
      this.#insert(partial);
    }
    if (offset !== partial.text.length) return;
    this.typing = null;
    this.#replace(replyId, { text: partial.text + text });
  }

  #withdraw(replyId: string, attempt: number): void {
    this.#withdrawn.set(replyId, Math.max(attempt, this.#withdrawn.get(replyId) ?? -1));
    this.items = this.items.filter((item) => item.key !== replyId || item.id || item.attempt! > attempt);
    if (this.#awaited()) this.typing = { author: "assistant", name: "" };
  }

  #changed(frame: StateFrame): void {
    const before = this.conversation;
    if (before && before.id !== frame.conversationId && before.status === "open") return;
    const same = before?.id === frame.conversationId;
    if (same && frame.seq <= this.#stateSeq) return;
    const { conversationId: id, handler, status, agentName, seq } = frame;
    this.#stateSeq = seq;
    this.lastSeq = same ? Math.max(this.lastSeq, seq) : seq;
    this.conversation = { id, handler, status, agentName };
    this.#announce(before, this.conversation, seq);
    if (handler !== "assistant" || status === "resolved") {
      this.#dropPartials();
      this.typing = null;
    }
  }

  /** One line for what a person should know has changed. */
  #announce(before: Conversation | null, now: Conversation, seq: number): void {
    if (now.status === "resolved") {
      if (before?.status !== "resolved") this.#note("resolved", "", seq);
      return;
    }
    if (before?.status === "resolved" && before.id === now.id) this.#note("reopened", "", seq);
    if (before?.handler === now.handler && (now.handler !== "agent" || before.agentName === now.agentName))
      return;
    if (now.handler === "queue") this.#note("queue", "", seq);
    else if (now.handler === "agent") this.#note("joined", now.agentName ?? "", seq);
    else if (before) this.#note("returned", "", seq);
  }

  #note(event: Event, name: string, seq: number): void {
    const key = `${event}-${seq}`;
    if (this.items.some((item) => item.key === key)) return;
    this.#insert({ key, author: "system", name, text: "", citations: [], at: "", seq, event });
  }

  /** Is the newest message one that the assistant has yet to answer? */
  #awaited(): boolean {
    const messages = this.items.filter((item) => item.id || item.attempt !== undefined);
    const { handler, status } = this.conversation ?? {};
    return handler === "assistant" && status === "open" && messages.at(-1)?.author === "contact";
  }

  #insert(item: Item): void {
    this.items = [...this.items, item].sort((a, b) => (a.seq === b.seq ? 0 : a.seq - b.seq));
  }

  #replace(key: string, change: Partial<Item>): void {
    this.items = this.items.map((item) => (item.key === key ? { ...item, ...change } : item));
    this.items.sort((a, b) => (a.seq === b.seq ? 0 : a.seq - b.seq));
  }

  #dropPartials(): void {
    this.items = this.items.filter((item) => item.attempt === undefined);
  }

  #release(): void {
    const held = this.#held;
    this.#held = [];
    for (const { message, seq } of held) this.#arrived(message, seq);
  }
}
