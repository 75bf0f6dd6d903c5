/**
 * Every word the chat says, in English; `locales/*.json` say the same in other languages, loaded when asked
 * for.
 */
export const english = {
  notice: "You are talking to an AI. Ask for a person at any time.",
  answersAtOnce: "{name} answers at once",
  answering: "{name} is answering",
  resolvedShort: "Resolved",
  queue: "A person will answer here",
  joined: "{name} joined",
  returned: "{name} answers again",
  resolved: "This conversation is resolved. Write to start a new one.",
  reopened: "This conversation is open again",
  conversation: "Conversation",
  message: "Message",
  placeholder: "Write a message",
  send: "Send",
  close: "Close chat",
  back: "Back to the conversation",
  person: "Talk to a person",
  poweredBy: "Powered by Echo",
  sending: "Sending…",
  sent: "Sent",
  unsent: "Sent when you are back online",
  failed: "Not sent.",
  retry: "Try again",
  typing: "{name} is writing",
  reconnecting: "Reconnecting…",
  unavailable: "This chat is not available right now.",
  left: "{n} characters left",
  over: "{n} characters too many",
  newer: "New messages",
  source: "Source {n}: {title}",
  page: "Page {n}",
  open: "Open the document",
  noPassage: "This passage could not be loaded. Open it again.",
  someone: "A person",
  you: "You:",
};

/** The languages that have a file in `locales/`. */
export const LOCALES = ["de", "es", "fr"];

export type Texts = typeof english;

export const fill = (text: string, values: Record<string, string | number>): string =>
  text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
