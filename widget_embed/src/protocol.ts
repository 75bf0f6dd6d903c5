/**
 * What the chat frame and the server say to each other.
 *
 * Over the socket `/widget/v1/socket` every frame is one JSON text with a `type`. The first frame must be
 * `hello`, within ten seconds, or the socket is closed with 4401 (so is a `hello` whose token is not valid).
 * The token never travels in an address.
 *
 *     hello ->            <- ready                 the conversation, its messages, where the numbering stands
 *     send ->             <- ack                   or `error` with the same clientMessageId
 *                         <- delta, delta, reset   a reply being written; `reset` withdraws an attempt's text
 *                         <- message               whole; one whose id is a replyId takes that reply's place
 *                         <- state                 who answers next, open or resolved
 *     typing, seen ->     <- typing                lasts five seconds
 *     ping ->             <- pong
 *
 * Every frame with a `seq` is ordered by it within its conversation; a client that comes back names the last
 * one it has in `hello.after`. A message may arrive twice (its id tells); a `clientMessageId` sent twice
 * makes one message.
 *
 * Where sockets are blocked, with `Authorization: Bearer <token>`:
 *
 *     POST /widget/v1/messages   {clientMessageId, content, conversationId}   -> the `ack` frame
 *     GET  /widget/v1/events     ?conversationId=&after=&wait=SECONDS         -> {frames: [server frames]}
 *
 * The latter waits until there is a frame; without a conversation, or after 0, it answers `ready` at once.
 *
 * And in both cases:
 *
 *     POST /widget/v1/tokens     {tenantId}                                   -> {token, contactId}
 *     GET  /widget/v1/messages/{messageId}/citations/{number}                 -> Passage
 */

export type Handler = "assistant" | "queue" | "agent";
export type Status = "open" | "resolved";
export type Author = "contact" | "assistant" | "agent" | "system";

export interface Citation {
  documentId: string;
  chunkId: string;
  title: string;
  quote: string;
  url: string | null;
  page: number | null;
}

/** `content` is light Markdown with marks like `[1]`; `citations[0]` belongs to `[1]`. */
export interface Message {
  id: string;
  sessionId: string;
  author: Author;
  authorName: string | null;
  content: string;
  citations: Citation[];
  createdAt: string;
  seq: number;
}

export interface Conversation {
  id: string;
  handler: Handler;
  status: Status;
  agentName: string | null;
}

export interface Passage {
  title: string;
  heading: string | null;
  page: number | null;
  before: string;
  quote: string;
  after: string;
  url: string | null;
}

// --- frames the client sends -------------------------------------------------------------------------------

export interface HelloFrame {
  type: "hello";
  token: string;
  conversationId: string | null;
  after: number;
}

export interface SendFrame {
  type: "send";
  clientMessageId: string;
  content: string;
  conversationId: string | null;
}

export interface TypingNotice {
  type: "typing";
}

export interface SeenFrame {
  type: "seen";
  seq: number;
}

export interface PingFrame {
  type: "ping";
}

export type ClientFrame = HelloFrame | SendFrame | TypingNotice | SeenFrame | PingFrame;

// --- frames the server sends -------------------------------------------------------------------------------

export interface ReadyFrame {
  type: "ready";
  conversation: Conversation | null;
  messages: Message[];
  lastSeq: number;
}

export interface AckFrame {
  type: "ack";
  clientMessageId: string;
  messageId: string;
  conversationId: string;
  seq: number;
  createdAt: string;
}

export interface MessageFrame {
  type: "message";
  seq: number;
  message: Message;
}

/** `offset` counts the characters of this attempt sent before; a higher attempt replaces a lower one. */
export interface DeltaFrame {
  type: "delta";
  replyId: string;
  attempt: number;
  offset: number;
  text: string;
}

export interface ResetFrame {
  type: "reset";
  replyId: string;
  attempt: number;
}

export interface StateFrame {
  type: "state";
  seq: number;
  conversationId: string;
  handler: Handler;
  status: Status;
  agentName: string | null;
}

export interface TypingFrame {
  type: "typing";
  author: "assistant" | "agent";
  name: string;
}

export interface PongFrame {
  type: "pong";
}

export interface ErrorFrame {
  type: "error";
  code: string;
  message: string;
  clientMessageId?: string;
}

export type ServerFrame =
  | ReadyFrame
  | AckFrame
  | MessageFrame
  | DeltaFrame
  | ResetFrame
  | StateFrame
  | TypingFrame
  | PongFrame
  | ErrorFrame;

// --- the embed page ----------------------------------------------------------------------------------------

/** The JSON inside `<script id="config">` of the embed page. */
export interface Config {
  tenantId: string;
  name: string;
  assistant: string;
  greeting: string;
  theme: string;
  locale: string;
  texts?: Record<string, string>;
}

// --- loader and chat frame, by postMessage; both check origin and source -----------------------------------

/**
 * From the loader. `hello` comes first: its origin is the only one the chat frame then speaks to. `kept` is what
 * the chat had the page remember.
 */
export type LoaderMessage =
  { echo: "hello"; open: boolean; kept: [string, string][] } | { echo: "open" } | { echo: "close" };

/**
 * From the chat frame. `keep`: a key and what the page shall remember under it, nothing to forget it. `unread`
 * and `message` are also the page's events of these names.
 */
export type ChatMessage =
  | { echo: "close"; detail?: undefined }
  | { echo: "keep"; detail: [key: string, value?: string] }
  | { echo: "unread"; detail: number }
  | { echo: "message"; detail: { id: string; author: Author } };
