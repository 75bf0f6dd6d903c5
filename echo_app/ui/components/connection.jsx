import { useEffect, useState } from "react";

// A short break heals by itself: nobody is told of it.
const PATIENCE = 1500;
const RELIEF = 2500;

/** Says that the page is cut off from Echo, until it is not any more; then, for a moment, that it is back. */
export function ConnectionNotice({ lost, className, lostClass, backClass }) {
  const [state, setState] = useState("");
  useEffect(() => {
    if (lost) {
      const timer = setTimeout(() => setState("lost"), PATIENCE);
      return () => clearTimeout(timer);
    }
    setState((before) => (before === "lost" ? "back" : ""));
    const timer = setTimeout(() => setState(""), RELIEF);
    return () => clearTimeout(timer);
  }, [lost]);
  return (
    <div role="status" className={className}>
      {state === "lost" && (
        <p className={lostClass}>No connection to Echo. Trying again; what you have typed is kept.</p>
      )}
      {state === "back" && <p className={backClass}>Connected again.</p>}
    </div>
  );
}
