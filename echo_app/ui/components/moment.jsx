import { useEffect, useState } from "react";

const UNITS = [
  ["year", 31557600],
  ["month", 2629800],
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
];

const listeners = new Set();
let timer;

// One clock for all moments of the page, every 20 seconds.
function onTick(listener) {
  listeners.add(listener);
  timer ??= setInterval(() => listeners.forEach((tell) => tell(Date.now())), 20000);
  return () => {
    listeners.delete(listener);
    if (!listeners.size) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

function inWords(moment, now, short) {
  const seconds = (moment - now) / 1000;
  if (Math.abs(seconds) < 45) return short ? "now" : "just now";
  for (const [unit, length] of UNITS) {
    if (Math.abs(seconds) >= length * 0.95 || unit === "minute") {
      const count = Math.round(seconds / length);
      if (short) return `${Math.abs(count)} ${{ year: "y", month: "mo", day: "d", hour: "h", minute: "min" }[unit]}`;
      return new Intl.RelativeTimeFormat("en", { numeric: "auto" }).format(count, unit);
    }
  }
}

/** A moment relative to now, in full and in the person's own zone on hover. `kind`: long, short or clock. */
export function RelativeTime({ at, kind = "long", className }) {
  const [now, setNow] = useState(null);
  useEffect(() => {
    setNow(Date.now());
    return onTick(setNow);
  }, []);
  const moment = Date.parse(at);
  if (!now || Number.isNaN(moment)) return <time className={className} />;
  const full = new Date(moment).toLocaleString("en-GB", {
    weekday: "short", day: "numeric", month: "short", year: "numeric",
    hour: "2-digit", minute: "2-digit", second: "2-digit", timeZoneName: "short",
  });
  const words =
    kind === "clock"
      ? new Date(moment).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" })
      : inWords(moment, now, kind === "short");
  return <time dateTime={at} title={full} className={className}>{words}</time>;
}
