/** Drafts and replies on their way, one store for the whole tab. Drafts live in sessionStorage, by conversation. */

const RESEND_AFTER = 8000;
const KEY = "echo:draft:";

let waiting = [];
const listeners = new Set();
let composer = null; // the one that is shown: {conversation, putBack}

export const outbox = () => waiting;

export function onOutbox(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The draft as the composer begins with it; nothing while that very text is on its way. */
export function textToShow(conversation) {
  const draft = draftOf(conversation);
  return waiting.some(({ id }) => id === draft.id) ? "" : draft.text;
}

/** A draft is its text, and the id under which that very text was posted already, so that it is stored only once. */
function draftOf(conversation) {
  const kept = sessionStorage.getItem(KEY + conversation);
  return kept ? JSON.parse(kept) : { text: "", id: null };
}

export function keepDraft(conversation, text, id = null) {
  if (text) sessionStorage.setItem(KEY + conversation, JSON.stringify({ text, id }));
  else sessionStorage.removeItem(KEY + conversation);
}

/** Names the composer that is shown; returns how to take it back. */
export function takeComposer(conversation, putBack) {
  const mine = { conversation, putBack };
  composer = mine;
  return () => {
    if (composer === mine) composer = null;
  };
}

export function post(conversation, text) {
  const draft = draftOf(conversation);
  const id = draft.id && draft.text.trim() === text ? draft.id : newId();
  // kept until it is settled: a reload in between brings it back
  keepDraft(conversation, text, id);
  change([...waiting, { id, conversation, text, sentAt: 0, times: 0 }]);
}

/** Sends what was not sent yet, and again what got no answer: the server knows a repetition by its id. */
export function resendStale(send) {
  const now = Date.now();
  const stale = waiting.filter(({ sentAt }) => now - sentAt > RESEND_AFTER);
  if (!stale.length) return;
  change(waiting.map((one) => (stale.includes(one) ? { ...one, sentAt: now, times: one.times + 1 } : one)));
  for (const { conversation, text, id } of stale) send(conversation, text, id);
}

export function settle(id, error) {
  const one = waiting.find((entry) => entry.id === id);
  if (!one) return;
  change(waiting.filter((entry) => entry !== one));
  if (!error) {
    if (draftOf(one.conversation).id === id) keepDraft(one.conversation, "");
  } else if (composer?.conversation === one.conversation) {
    composer.putBack(one.text);
  } else {
    const { text } = draftOf(one.conversation);
    keepDraft(one.conversation, text && text !== one.text ? `${one.text}\n${text}` : one.text);
  }
}

function change(now) {
  waiting = now;
  listeners.forEach((tell) => tell());
}

function newId() {
  // randomUUID exists only in secure contexts
  return crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
}
