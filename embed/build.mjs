// Builds embed/dist: embed.js (one classic script), its chunks by content hash, a manifest, and all of it compressed.
// The chunks come first, because their names are written into embed.js.

import { createHash } from "node:crypto";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";
import { browsers, chunks, minifiedCss } from "./parts.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const source = join(here, "src");
const target = join(here, "dist");

// A chunk that bundles one of these again would have the state of the page, or much code, a second time.
const onlyInLoader = ["api.ts", "store.ts", "discussion.ts", "element.ts", "chunks.ts", "html.ts", "i18n/words.ts", "view/comment.ts", "view/list.ts"];

// Bytes with brotli: what a reader waits for, and what is fetched when idle or when something is first done.
const budget = { first: 12 * 1024, later: 13 * 1024 };

async function bundle(entry, options) {
  const result = await build({
    entryPoints: [join(source, entry)],
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    target: browsers,
    charset: "utf8",
    legalComments: "none",
    plugins: [minifiedCss],
    logLevel: "warning",
    ...options,
  });
  return { code: Buffer.from(result.outputFiles[0].contents), inputs: Object.keys(result.metafile.inputs) };
}

function refuseState(name, inputs) {
  for (const file of onlyInLoader) {
    if (inputs.some((input) => input.endsWith(`src/${file}`))) {
      throw new Error(`chunk ${name} bundles src/${file}, which the loader has: import only its types`);
    }
  }
}

async function put(folder, file, code) {
  const brotli = brotliCompressSync(code, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: code.length },
  });
  const gzip = gzipSync(code, { level: 9 });
  await writeFile(join(folder, file), code);
  await writeFile(join(folder, `${file}.br`), brotli);
  await writeFile(join(folder, `${file}.gz`), gzip);
  return { file, bytes: code.length, gzip: gzip.length, brotli: brotli.length };
}

async function buildChunks(folder) {
  const parts = {};
  for (const [name, entry] of Object.entries(chunks)) {
    const { code, inputs } = await bundle(entry, { format: "esm" });
    refuseState(name, inputs);
    const hash = createHash("sha256").update(code).digest("hex").slice(0, 12);
    parts[name] = await put(folder, `${name}-${hash}.js`, code);
  }
  return parts;
}

async function buildLoader(folder, parts) {
  const names = Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, part.file]));
  const { code } = await bundle("loader.ts", { format: "iife", define: { CHUNK_FILES: JSON.stringify(names) } });
  return put(folder, "embed.js", code);
}

function report(loader, parts) {
  const row = (name, { bytes, gzip, brotli }) =>
    console.log(`${name.padEnd(20)} ${String(bytes).padStart(7)} ${String(gzip).padStart(7)} ${String(brotli).padStart(7)}`);
  console.log(`${"part".padEnd(20)} ${"bytes".padStart(7)} ${"gzip".padStart(7)} ${"brotli".padStart(7)}`);
  row("embed.js", loader);
  for (const [name, part] of Object.entries(parts)) row(name, part);
}

function heldBudget(loader, parts) {
  if (loader.brotli > budget.first) throw new Error(`embed.js is ${loader.brotli} bytes with brotli, allowed are ${budget.first}`);
  if (parts.acting.brotli > budget.later) throw new Error(`acting is ${parts.acting.brotli} bytes with brotli, allowed are ${budget.later}`);
}

const fresh = `${target}.new`;
await rm(fresh, { recursive: true, force: true });
await mkdir(fresh, { recursive: true });
const parts = await buildChunks(fresh);
const loader = await buildLoader(fresh, parts);
await writeFile(join(fresh, "manifest.json"), JSON.stringify({ loader, chunks: parts }, null, 2) + "\n");
await rm(target, { recursive: true, force: true });
await rename(fresh, target);
report(loader, parts);
heldBudget(loader, parts);
