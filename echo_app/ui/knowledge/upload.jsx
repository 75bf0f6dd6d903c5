import { useEffect, useRef, useState, useSyncExternalStore } from "react";

const AT_ONCE = 3;
const LARGEST = 25_000_000;
const ACCEPT = ".md,.markdown,.txt,.text,.html,.htm,.pdf,.docx,.csv,.zip";
const BUTTON =
  "inline-flex items-center h-7 px-2.5 rounded-6 border text-14 font-medium whitespace-nowrap max-sm:h-9 max-sm:px-3 ";

// Uploads outlive the page's component: they go on while the person looks at another page of the dashboard.
let uploads = [];
let number = 0;
const listeners = new Set();
const change = (next) => {
  uploads = next;
  listeners.forEach((tell) => tell());
};
const patch = (id, values) => change(uploads.map((one) => (one.id === id ? { ...one, ...values } : one)));
const drop = (id) => change(uploads.filter((one) => one.id !== id));
const subscribe = (listener) => (listeners.add(listener), () => listeners.delete(listener));

function refusedHere(file) {
  if (!file.size) return { words: "The file is empty. Nothing was added.", code: "document_empty" };
  if (file.size > LARGEST)
    return { words: "The file is larger than 25 MB. Split it, or leave out its images.", code: "document_too_large" };
}

/** Each file is a document of its own, or, with `replaces` (its id and title), the new version of one. */
function add(files, replaces) {
  change([
    ...uploads,
    ...[...files].map((file) => {
      const error = refusedHere(file);
      const name = replaces ? `${replaces.title}: ${file.name}` : file.name;
      return { id: ++number, file, replaces, name, total: file.size, sent: 0, state: error ? "failed" : "waiting", error };
    }),
  ]);
  sendNext();
}

function sendNext() {
  const sending = uploads.filter(({ state }) => state === "sending").length;
  uploads.filter(({ state }) => state === "waiting").slice(0, AT_ONCE - sending).forEach(send);
}

function send(upload) {
  const request = new XMLHttpRequest();
  const form = new FormData();
  form.append("file", upload.file, upload.name);
  if (upload.replaces) request.open("PUT", `/api/v1/documents/${upload.replaces.id}`);
  else request.open("POST", "/api/v1/documents");
  request.setRequestHeader("Accept", "application/json");
  request.upload.onprogress = ({ loaded, total }) => patch(upload.id, { sent: loaded, total });
  request.onload = () => {
    if (request.status === 401) {
      location.assign(`/login?next=${encodeURIComponent(location.pathname)}`);
    } else if (request.status < 300) {
      const refused = refusedInside(request);
      patch(upload.id, { state: "added", refused });
      if (!refused.length) setTimeout(() => drop(upload.id), 4000);
    } else {
      patch(upload.id, { state: "failed", error: refusedThere(request) });
    }
    sendNext();
  };
  request.onerror = () => {
    const words = "The connection was lost on the way. Nothing was added.";
    patch(upload.id, { state: "failed", error: { words, code: "connection_lost", again: true } });
    sendNext();
  };
  patch(upload.id, { state: "sending", sent: 0, error: undefined, request });
  request.send(form);
}

/** What was not taken of a ZIP: `{name, error}` of each. */
function refusedInside(request) {
  const { items = [] } = JSON.parse(request.responseText);
  return items.filter(({ error }) => error);
}

function refusedThere(request) {
  try {
    const { message, code } = JSON.parse(request.responseText).error;
    return { words: message, code, again: request.status >= 500 };
  } catch {
    return { words: "The server could not take the file. Nothing was added.", code: `http_${request.status}`, again: true };
  }
}

const megabytes = (bytes) => (bytes < 100000 ? `${Math.max(1, Math.round(bytes / 1000))} kB` : `${(bytes / 1e6).toFixed(1)} MB`);

function words({ state, sent, total, replaces }) {
  if (state === "waiting") return `Waiting, ${megabytes(total)}`;
  if (state === "added") return replaces ? "Replaced, being read" : "Added, being read";
  return sent < total ? `${megabytes(sent)} of ${megabytes(total)}` : `${megabytes(total)} sent, being checked`;
}

function Upload({ upload }) {
  const { id, name, state, sent, total, error, request, refused = [] } = upload;
  const stop = () => (request?.abort(), drop(id), sendNext());
  const again = () => (patch(id, { state: "waiting", error: undefined }), sendNext());
  return (
    <li className="border border-line rounded-10 px-3.5 py-2.5 grid gap-1.5">
      <div className="flex items-center gap-2 flex-wrap">
        <span className="font-medium truncate min-w-0 max-w-full">{name}</span>
        <span className="ml-auto text-13 text-muted tabular-nums">{!error && words(upload)}</span>
        {error?.again && <button type="button" className={BUTTON + "border-line hover:bg-surface-2"} onClick={again}>Try again</button>}
        {(state !== "added" || refused.length > 0) && (
          <button type="button" className={BUTTON + "border-transparent text-normal hover:bg-surface-2"} onClick={stop}>
            {error || refused.length ? "Dismiss" : "Stop"}<span className="sr-only"> {name}</span>
          </button>
        )}
      </div>
      {error ? (
        <p className="text-13 text-bad" role="alert">{error.words} <span className="text-muted">Code: {error.code}</span></p>
      ) : (
        <progress className="w-full h-1.5 block" value={state === "added" ? total : sent} max={total} aria-label={`${name}: bytes sent`} />
      )}
      {refused.length > 0 && (
        <ul className="text-13 text-bad grid gap-0.5" role="alert">
          {refused.map((one) => <li key={one.name}><b className="font-medium">{one.name}</b>: {one.error}</li>)}
        </ul>
      )}
    </li>
  );
}

/** A zone to drop files on, a button to choose them, and every upload with its progress or what went wrong. */
export function Uploader({ zone = true }) {
  const shown = useSyncExternalStore(subscribe, () => uploads, () => uploads);
  const [over, setOver] = useState(false);
  const picker = useRef(null);
  const replacer = useRef(null);
  const replaced = useRef(null);
  const busy = shown.some(({ state }) => state === "waiting" || state === "sending");

  useEffect(() => {
    if (!busy) return;
    const ask = (event) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [busy]);

  useEffect(() => {
    const choose = ({ detail }) => ((replaced.current = detail), replacer.current.click());
    window.addEventListener("echo:replace", choose);
    return () => window.removeEventListener("echo:replace", choose);
  }, []);

  useEffect(() => {
    if (!zone) return;
    // dropped anywhere on the page; without this the browser would open the file instead
    const hasFiles = (event) => event.dataTransfer?.types?.includes("Files");
    const drag = (event) => hasFiles(event) && (event.preventDefault(), setOver(true));
    const leave = (event) => event.relatedTarget || setOver(false);
    const dropped = (event) => hasFiles(event) && (event.preventDefault(), setOver(false), add(event.dataTransfer.files));
    window.addEventListener("dragover", drag);
    window.addEventListener("dragleave", leave);
    window.addEventListener("drop", dropped);
    return () => {
      window.removeEventListener("dragover", drag);
      window.removeEventListener("dragleave", leave);
      window.removeEventListener("drop", dropped);
    };
  }, [zone]);

  return (
    <section aria-label="Upload" className="grid gap-2 grid-cols-[minmax(0,1fr)]">
      {zone && (
        <div
          className={`flex items-center gap-3 flex-wrap rounded-10 border border-dashed px-3.5 py-3 ${over ? "border-accent bg-accent-soft" : "border-edge"}`}
        >
          <p className="text-normal">
            {over ? "Drop to add" : "Drop files here"}
            <span className="text-13 text-muted"> PDF, Word, Markdown, text, HTML, CSV of questions and answers, or a ZIP of these; up to 25 MB each</span>
          </p>
          <button
            type="button"
            data-key="n"
            title="Key: N"
            className={BUTTON + "ml-auto bg-accent border-accent text-on-accent hover:bg-accent-strong max-sm:w-full max-sm:justify-center"}
            onClick={() => picker.current.click()}
          >
            Choose files
          </button>
          <input
            ref={picker}
            type="file"
            multiple
            accept={ACCEPT}
            hidden
            aria-label="Files to add"
            onChange={(event) => (add(event.target.files), (event.target.value = ""))}
          />
        </div>
      )}
      <input
        ref={replacer}
        type="file"
        accept={ACCEPT.replace(",.zip", "")}
        hidden
        aria-label="New version"
        onChange={(event) => (add(event.target.files, replaced.current), (event.target.value = ""))}
      />
      {shown.length > 0 && <ul className="grid gap-2 grid-cols-[minmax(0,1fr)]">{shown.map((one) => <Upload key={one.id} upload={one} />)}</ul>}
    </section>
  );
}
