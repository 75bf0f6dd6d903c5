/** What the tests share: frames as the server sends them. */
import type {
  AckFrame,
  Author,
  DeltaFrame,
  Message,
  MessageFrame,
  ReadyFrame,
  StateFrame,
} from "../src/protocol.ts";

export const CONVERSATION = "conv_1";

export const message = (
  id: string,
  author: Author,
  content: string,
  more: Partial<Message> = {},
): Message => ({
  id,
  sessionId: CONVERSATION,
  author,
  authorName: author === "agent" ? "Mira" : author === "assistant" ? "Echo" : null,
  content,
  citations: [],
  seq: Number(id.replace(/\D/g, "")),
  createdAt: `2027-01-01T10:00:${id.replace(/\D/g, "").padStart(2, "0")}Z`,
  ...more,
});

export const arrives = (seq: number, author: Author, content: string): MessageFrame => ({
  type: "message",
  seq,
  message: message("msg_" + seq, author, content),
});

export const delta = (text: string, offset = 0, attempt = 1, replyId = "msg_9"): DeltaFrame => ({
  type: "delta",
  replyId,
  attempt,
  offset,
  text,
});

export const state = (seq: number, more: Partial<StateFrame>): StateFrame => ({
  type: "state",
  seq,
  conversationId: CONVERSATION,
  handler: "assistant",
  status: "open",
  agentName: null,
  ...more,
});

export const ready = (messages: Message[], lastSeq: number, more: object = {}): ReadyFrame => ({
  type: "ready",
  conversation: { id: CONVERSATION, handler: "assistant", status: "open", agentName: null, ...more },
  messages,
  lastSeq,
});

export const ack = (clientMessageId: string, seq: number, more: Partial<AckFrame> = {}): AckFrame => ({
  type: "ack",
  clientMessageId,
  messageId: "msg_" + seq,
  conversationId: CONVERSATION,
  seq,
  createdAt: "2027-01-01T10:00:00Z",
  ...more,
});

export const pending = (clientMessageId: string, content = "Hello") => ({ clientMessageId, content, at: 1 });
