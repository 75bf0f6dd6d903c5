import { useEffect, useState } from "react";
import { useBlocker } from "react-router";

/** Guards what was typed into the form around it: asks before the page is left while something is unsaved. */
export function UnsavedGuard({ words }) {
  const [mark, setMark] = useState(null);
  const [dirty, setDirty] = useState(false);

  useEffect(() => {
    const form = mark?.closest("form");
    if (!form) return;
    const typed = () => setDirty(true);
    const sent = () => setDirty(false);
    form.addEventListener("input", typed);
    form.addEventListener("submit", sent);
    return () => {
      form.removeEventListener("input", typed);
      form.removeEventListener("submit", sent);
    };
  }, [mark]);

  useEffect(() => {
    if (!dirty) return;
    const ask = (event) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [dirty]);

  const blocker = useBlocker(dirty);
  useEffect(() => {
    if (blocker.state !== "blocked") return;
    if (window.confirm(words)) blocker.proceed();
    else blocker.reset();
  }, [blocker, words]);

  return <span ref={setMark} hidden />;
}
