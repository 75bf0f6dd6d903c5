import { useEffect, useMemo, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { Dialog } from "@base-ui/react/dialog";

const VEIL = "fixed inset-0 z-40 bg-veil";
const POPUP =
  "fixed z-50 left-1/2 top-[12vh] -translate-x-1/2 w-[calc(100vw-2rem)] max-w-lg max-h-[70vh] overflow-hidden " +
  "flex flex-col rounded-10 border border-line bg-surface-1 shadow-lift text-14";

const typing = (element) => element?.closest?.("input, textarea, select, [contenteditable=true]");
const visible = (element) => element.checkVisibility?.() ?? element.offsetParent !== null;
const wordsOf = (element) =>
  element.getAttribute("aria-label") ||
  [...element.childNodes].filter((node) => node.nodeName !== "KBD").map((node) => node.textContent).join(" ").trim();

/** The deeds this page offers right now: its buttons, as the person sees them. */
function deedsOnPage() {
  const seen = new Set();
  return [...document.querySelectorAll("main button:not([disabled]), [data-deed]:not([disabled])")]
    .filter(visible)
    .map((element) => ({ label: wordsOf(element), key: element.dataset.key?.toUpperCase(), run: () => element.click() }))
    .filter(({ label }) => label && !seen.has(label) && seen.add(label));
}

/**
 * Ctrl-K (⌘K): every page and every deed of this page by name. `?`: the keys. `g` and a page's letter: go there.
 * A single key presses the visible button that carries it as data-key, unless somebody is typing.
 */
export function Palette({ pages }) {
  const navigate = useNavigate();
  const [open, setOpen] = useState(null); // null | "palette" | "keys"
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const [deeds, setDeeds] = useState([]);
  const going = useRef(0);

  const show = (what) => {
    setDeeds(deedsOnPage());
    setQuery("");
    setAt(0);
    setOpen(what);
  };

  useEffect(() => {
    const press = (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        return show("palette");
      }
      if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
      if (document.querySelector("[role=dialog], [role=alertdialog], [role=menu]")) return;
      if (event.key === "?") return show("keys");
      const key = event.key.toLowerCase();
      const page = Date.now() - going.current < 1200 && pages.find(({ letter }) => letter === key);
      going.current = key === "g" ? Date.now() : 0;
      if (page) return navigate(page.href);
      const button = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]:not([disabled])`)].find(visible);
      if (button) {
        event.preventDefault();
        if (button.matches("input, textarea")) button.focus();
        else button.click();
      }
    };
    const ask = (event) => event.target.closest?.("[data-opens=palette]") && show("palette");
    document.addEventListener("keydown", press);
    document.addEventListener("click", ask);
    return () => {
      document.removeEventListener("keydown", press);
      document.removeEventListener("click", ask);
    };
  }, [pages]);

  const found = useMemo(() => {
    const everything = [
      ...pages.map((page) => ({ ...page, key: `G then ${page.letter.toUpperCase()}`, run: () => navigate(page.href) })),
      ...deeds,
      { label: "Show the keys", key: "?", run: () => setTimeout(() => show("keys")) },
    ];
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    return everything.filter(({ label }) => words.every((word) => label.toLowerCase().includes(word)));
  }, [query, deeds, pages]);

  const choose = (item) => {
    setOpen(null);
    // after the dialog has given the focus back
    setTimeout(item.run, 30);
  };
  const move = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      setAt((at + step + found.length) % Math.max(found.length, 1));
    } else if (event.key === "Enter" && found[at]) {
      event.preventDefault();
      choose(found[at]);
    }
  };

  return (
    <Dialog.Root open={open !== null} onOpenChange={(now) => setOpen(now ? open : null)}>
      <Dialog.Portal>
        <Dialog.Backdrop className={VEIL} />
        <Dialog.Popup className={POPUP}>
          {open === "keys" ? (
            <>
              <Dialog.Title className="px-4 pt-4 pb-2 font-semibold">Keys</Dialog.Title>
              <dl className="px-4 pb-4 overflow-auto grid gap-1">
                {[{ label: "Search pages and actions", key: "Ctrl K" }, ...found.filter(({ key }) => key)].map((item) => (
                  <div key={item.label} className="flex justify-between gap-4">
                    <dt className="text-normal">{item.label}</dt>
                    <dd className="text-13 text-muted">{item.key}</dd>
                  </div>
                ))}
              </dl>
            </>
          ) : (
            <>
              <Dialog.Title className="sr-only">Pages and actions</Dialog.Title>
              <input
                autoFocus
                role="combobox"
                aria-expanded="true"
                aria-controls="palette-list"
                aria-activedescendant={found[at] && `palette-${at}`}
                aria-label="Page or action"
                placeholder="Page or action"
                className="h-11 px-4 bg-transparent outline-none focus-visible:outline-none text-16 border-b border-line shrink-0"
                value={query}
                onChange={(event) => (setQuery(event.target.value), setAt(0))}
                onKeyDown={move}
              />
              <ul id="palette-list" role="listbox" aria-label="Pages and actions" className="p-1 overflow-auto">
                {found.map((item, number) => (
                  <li
                    key={item.label}
                    id={`palette-${number}`}
                    role="option"
                    aria-selected={number === at}
                    ref={(element) => number === at && element?.scrollIntoView({ block: "nearest" })}
                    onMouseMove={() => setAt(number)}
                    onClick={() => choose(item)}
                    className={`flex justify-between px-3 py-1.5 rounded-6 cursor-pointer ${number === at ? "bg-surface-2" : ""}`}
                  >
                    <span>{item.label}</span>
                    {item.key && <span className="text-12 text-muted">{item.key}</span>}
                  </li>
                ))}
              </ul>
              {!found.length && <p className="px-4 py-3 text-muted">Nothing of that name here.</p>}
            </>
          )}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
