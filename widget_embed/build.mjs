/**
 * Builds the widget into assets/widget/: the loader, the chat, its page and languages; each also gzipped at
 * level 9, and manifest.json with every file's content hash and sizes. Times are left out, so the same
 * sources give the same bytes.
 */
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const target = process.argv[2] ?? join(here, "../assets/widget");
const source = (name) => join(here, "src", name);

const bundle = async (entry, options = {}) => {
  const result = await build({
    entryPoints: [source(entry)],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    target: ["chrome93", "firefox92", "safari15.4"],
    legalComments: "none",
    logLevel: "warning",
    ...options,
  });
  return result.outputFiles[0].text;
};

/** The stylesheet inside the loader, without its line breaks. */
const squeezeLoaderCss = {
  name: "loader-css",
  setup: (plugins) =>
    plugins.onLoad({ filter: /loader_css\.ts$/ }, async ({ path }) => ({
      contents: (await readFile(path, "utf8")).replace(/`[^`]*`;/, (css) => css.replaceAll("\n", "")),
      loader: "ts",
    })),
};

const files = {
  "widget.js": await bundle("loader.ts", { plugins: [squeezeLoaderCss] }),
  "frame.js": await bundle("frame.ts"),
  "frame.css": await bundle("frame.css"),
  "frame.html": await readFile(source("frame.html"), "utf8"),
};
for (const name of await readdir(source("locales"))) {
  files[`locale-${name}`] = JSON.stringify(JSON.parse(await readFile(join(source("locales"), name), "utf8")));
}

await rm(target, { recursive: true, force: true });
await mkdir(target, { recursive: true });
const hash = (text) => createHash("sha256").update(text).digest("hex").slice(0, 12);
const manifest = { version: hash(Object.values(files).join("\0")), files: {} };
for (const [name, text] of Object.entries(files)) {
  const zipped = gzipSync(text, { level: 9 });
  await writeFile(join(target, name), text);
  if (name !== "frame.html") await writeFile(join(target, name + ".gz"), zipped);
  manifest.files[name] = { hash: hash(text), bytes: Buffer.byteLength(text), gzip: zipped.length };
}
await writeFile(join(target, "manifest.json"), JSON.stringify(manifest, null, 2) + "\n");
