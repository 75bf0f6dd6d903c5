/**
 * What of the inbox must not wait for the server: where the address points, scrolling, drafts, what is being sent.
 * How things look comes from Python as class names; nothing here knows a colour.
 */
import { useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from "react";
import { useParams } from "react-router";
import { keepDraft, onOutbox, outbox, post, resendStale, settle, takeComposer, textToShow } from "./outbox.js";

/**
 * The inbox's panes. `data-open` tells whether the address names a conversation: under one column that decides what
 * is seen. A click on [data-step="1"] or "-1" goes to the next or the previous [data-row].
 */
export function Panes({ className, children }) {
  const { folder, conversation } = useParams();
  const box = useRef(null);

  useEffect(() => {
    for (const here of box.current.querySelectorAll("[data-row][aria-current=page], [data-folder][aria-current=page]")) {
      here.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
  }, [folder, conversation]);

  // A phone's keyboard covers the page's end unless the page gives way.
  useEffect(() => {
    const view = window.visualViewport;
    if (!view) return;
    const fit = () => {
      const covered = Math.max(0, window.innerHeight - view.height - view.offsetTop);
      box.current?.style.setProperty("--keyboard", `${covered > 80 ? covered : 0}px`);
    };
    view.addEventListener("resize", fit);
    return () => view.removeEventListener("resize", fit);
  }, []);

  const step = (event) => {
    const button = event.target.closest("[data-step]");
    if (!button) return;
    const rows = [...box.current.querySelectorAll("[data-row]")];
    const here = rows.findIndex((row) => row.getAttribute("aria-current") === "page");
    rows[here < 0 ? 0 : here + Number(button.dataset.step)]?.click();
  };

  return (
    <div ref={box} className={className} data-open={conversation ? "true" : "false"} onClick={step}>
      {children}
    </div>
  );
}

/** Its first child when the server's `value` is what the address asks for as `param`; until then its second. */
export function Shown({ param, value, children }) {
  const asked = useParams()[param] ?? "";
  const [ready, waiting] = Array.isArray(children) ? children : [children, null];
  return asked === value ? ready : waiting;
}

/** A list that says when it is left from its top and when it is back; a new `signal` brings it back to the top. */
export function LiveList({ signal, onTop, className, label, children }) {
  const box = useRef(null);
  const atTop = useRef(true);
  useEffect(() => {
    if (signal) box.current.scrollTo({ top: 0 });
  }, [signal]);
  const scrolled = () => {
    const now = box.current.scrollTop < 8;
    if (now !== atTop.current) {
      atTop.current = now;
      onTop(now);
    }
  };
  return (
    <nav ref={box} onScroll={scrolled} className={className} aria-label={label}>
      {children}
    </nav>
  );
}

/**
 * The thread. It grows upwards from its end (column-reverse), so the end stays in view by itself and older entries
 * move nothing. `last` is the newest entry's number: one that comes while somebody reads above shows a pill.
 */
export function ThreadScroll({ last, more, onMore, className, pillClass, label, children }) {
  const box = useRef(null);
  const [reading, setReading] = useState(false);
  const [unseen, setUnseen] = useState(false);
  const known = useRef(last);
  const asked = useRef(null);
  const sending = useSyncExternalStore(onOutbox, outbox, outbox).length;

  const toEnd = () => box.current.scrollTo({ top: 0 });
  const scrolled = () => {
    const { scrollTop, scrollHeight, clientHeight } = box.current;
    const above = scrollTop < -60;
    setReading(above);
    if (!above) setUnseen(false);
    if (more && asked.current !== scrollHeight && scrollHeight - clientHeight + scrollTop < 300) {
      asked.current = scrollHeight;
      onMore();
    }
  };
  useEffect(() => {
    if (last > known.current && reading) setUnseen(true);
    known.current = last;
  }, [last]);
  useLayoutEffect(() => {
    if (sending) toEnd();
  }, [sending]);

  return (
    <div className="relative flex-1 min-h-0 flex">
      <div ref={box} onScroll={scrolled} className={className} tabIndex={0} role="log" aria-label={label}>
        <div className="mb-auto">{children}</div>
      </div>
      {unseen && (
        <button type="button" className={pillClass} onClick={toEnd}>
          New messages
        </button>
      )}
    </div>
  );
}

/** The day, where an entry is the first of it in the reader's own zone. */
export function DayLine({ at, previousAt, className }) {
  const day = new Date(at);
  if (previousAt && new Date(previousAt).toDateString() === day.toDateString()) return null;
  const today = new Date();
  const yesterday = new Date(today);
  yesterday.setDate(today.getDate() - 1);
  const words =
    day.toDateString() === today.toDateString()
      ? "Today"
      : day.toDateString() === yesterday.toDateString()
        ? "Yesterday"
        : day.toLocaleDateString("en-GB", {
            weekday: "long",
            day: "numeric",
            month: "long",
            ...(day.getFullYear() !== today.getFullYear() && { year: "numeric" }),
          });
  return <div className={className}>{words}</div>;
}

/** Shows its children for `seconds` after `stamp` has changed to something else than 0. */
export function Fleeting({ stamp, seconds = 5, children }) {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    setShown(Boolean(stamp));
    if (!stamp) return;
    const timer = setTimeout(() => setShown(false), seconds * 1000);
    return () => clearTimeout(timer);
  }, [stamp, seconds]);
  return shown ? children : null;
}

/** Says that the person has seen the conversation up to `seq`: once for each, and only while the tab is looked at. */
export function Seen({ conversation, seq, onSeen }) {
  const told = useRef("");
  useEffect(() => {
    const tell = () => {
      const mark = `${conversation}:${seq}`;
      if (document.visibilityState !== "visible" || !conversation || !seq || told.current === mark) return;
      told.current = mark;
      onSeen(conversation, seq);
    };
    tell();
    document.addEventListener("visibilitychange", tell);
    return () => document.removeEventListener("visibilitychange", tell);
  }, [conversation, seq]);
  return null;
}

/**
 * The form around the reply's textarea, which is never controlled by the server. Ctrl-Enter or the submit button
 * posts it; the draft is kept by conversation. [data-use] carries a suggestion's text to put in (Tab, when the
 * textarea is empty). `onTyping` is called at most every 3 s, `onUsed` with the suggestion's id.
 */
export function Composer({ conversation, onTyping, onUsed, className, children }) {
  const form = useRef(null);
  const told = useRef(0);
  const area = () => form.current.querySelector("textarea");

  useEffect(() => {
    const element = area();
    element.value = textToShow(conversation);
    grow(element);
    return takeComposer(conversation, (text) => {
      element.value = element.value ? `${text}\n${element.value}` : text;
      keepDraft(conversation, element.value);
      grow(element);
      element.focus();
    });
  }, [conversation]);

  const changed = (event) => {
    if (!event.target.matches("textarea")) return;
    keepDraft(conversation, event.target.value);
    grow(event.target);
    if (event.target.value && Date.now() - told.current > 3000) {
      told.current = Date.now();
      onTyping(conversation);
    }
  };
  const submit = (event) => {
    event.preventDefault();
    const element = area();
    const text = element.value.trim();
    if (!text) return;
    post(conversation, text);
    told.current = 0;
    element.value = "";
    grow(element);
    element.focus();
  };
  const pressed = (event) => {
    if (!event.target.matches("textarea")) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.current.requestSubmit();
    } else if (event.key === "Tab" && !event.shiftKey && !event.target.value) {
      const use = form.current.querySelector("[data-use]");
      if (use) {
        event.preventDefault();
        use.click();
      }
    } else if (event.key === "Escape") {
      event.target.blur();
      event.stopPropagation();
    }
  };
  const clicked = (event) => {
    const element = area();
    // a click by script, from the palette, does not focus
    if (event.target === element) element.focus();
    const use = event.target.closest("[data-use]");
    if (!use) return;
    element.value = element.value ? `${element.value}\n${use.dataset.text}` : use.dataset.text;
    keepDraft(conversation, element.value);
    grow(element);
    element.focus();
    onUsed(use.dataset.use);
  };

  return (
    <form ref={form} className={className} onSubmit={submit} onInput={changed} onKeyDown={pressed} onClick={clicked}>
      {children}
    </form>
  );
}

function grow(element) {
  element.style.height = "auto";
  element.style.height = `${element.scrollHeight}px`;
}

/** Sends what was posted, again every 8 s until the server has settled it under its id, and puts back what failed. */
export function Outbox({ settledId, settledError, onSend }) {
  const waiting = useSyncExternalStore(onOutbox, outbox, outbox);
  useEffect(() => {
    if (settledId) settle(settledId, settledError);
  }, [settledId, settledError]);
  useEffect(() => {
    resendStale(onSend);
    if (!waiting.length) return;
    const timer = setInterval(() => resendStale(onSend), 1000);
    return () => clearInterval(timer);
  }, [waiting, onSend]);
  return null;
}

/** The bubbles of what is being sent in this conversation. */
export function Pending({ conversation, settledId, className, bubbleClass, noteClass }) {
  const waiting = useSyncExternalStore(onOutbox, outbox, outbox);
  return waiting
    .filter((one) => one.conversation === conversation && one.id !== settledId)
    .map((one) => (
      <div key={one.id} className={className}>
        <div className={bubbleClass}>{one.text}</div>
        <div className={noteClass}>{one.times > 1 ? "Not sent yet, trying again…" : "Sending…"}</div>
      </div>
    ));
}
