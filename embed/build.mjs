// Builds embed/dist: embed.js (one classic script), its chunks, a manifest, and all of it compressed; and the style sheet
// that the service puts into the discussions it draws itself. The chunks come first: embed.js has their hash.

import { createHash } from "node:crypto";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";
import { minify } from "terser";
import { browsers, chunks, evaluated, handedTo, languages, minified, minifiedCss, sentencesInPlace, source } from "./parts.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, "dist");

// A chunk that bundles one of these would have the state of the page, or much code, a second time.
const onlyInLoader = ["api.ts", "chunks.ts", "discussion.ts", "element.ts", "gestures.ts", "i18n/words.ts"];

// Bytes with brotli, see docs/decisions/0010: what a reader waits for; what is fetched when idle; what comes with the first focus of
// a composer, with its proofs of work apart, and with the first use of something rare; a language; count.js.
const budget = { loader: 12 * 1024, acting: 8 * 1024, writing: 6.5 * 1024, further: 3 * 1024, proving: 1024, language: 3 * 1024, counter: 2 * 1024 };

async function bundle(entry, { plugins = [], ...options }) {
  const result = await build({
    entryPoints: [join(source, entry)],
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    target: browsers,
    charset: "utf8",
    legalComments: "none",
    // Names that begin with “_” are used in their own file alone.
    mangleProps: /^_/,
    plugins: [minifiedCss, sentencesInPlace, ...plugins],
    logLevel: "warning",
    ...options,
  });
  return { code: await smaller(result.outputFiles[0].text), inputs: Object.keys(result.metafile.inputs) };
}

// Properties of ours that get short names, the same in all parts. Never one that JSON, storage, an export or a `data-do` has too;
// those of the DOM are spared by themselves.
const ownProperties =
  "addRoots ago askAboutMe begin box byId chunk comingUp composer connected countDown drawing drawnFirst editableUntil elsewhere ended fetchPage " +
  "fields folded frame given held hints instead isNew isOver job keepToken keyFor missing moment notices numbers paint pattern pagesOnScroll parts phrases posting " +
  "placeOf plurals reached relative remember restarting retryAfter roots showText signed stopWatching storageKey suffix suits tokenKey turned " +
  "wayBack whenNear whole words writable";
const shortNames = {};

/** A second minifier makes 4 % less of it. */
async function smaller(code) {
  const compress = { passes: 5, inline: 1, unsafe: true, unsafe_arrows: true, unsafe_methods: true };
  const properties = { regex: new RegExp(`^(${ownProperties.replaceAll(" ", "|")})$`) };
  const result = await minify(code, { module: true, ecma: 2022, compress, mangle: { properties }, nameCache: shortNames });
  delete shortNames.vars;
  return Buffer.from(result.code);
}

function refuseState(name, inputs) {
  for (const file of onlyInLoader) {
    if (inputs.some((input) => input.endsWith(`src/${file}`))) {
      throw new Error(`chunk ${name} bundles src/${file}, which the loader has: import only its types`);
    }
  }
}

// How far brotli looks back, and how it writes distances: one of these makes least of files like ours.
const distances = [[14, 0, 1], [14, 1, 12], [15, 1, 20], [16, 1, 8], [16, 2, 60]];

async function put(folder, file, code) {
  const best = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: code.length };
  const brotli = distances
    .map(([window, postfix, direct]) => brotliCompressSync(code, {
      params: { ...best, [constants.BROTLI_PARAM_LGWIN]: window, [constants.BROTLI_PARAM_NPOSTFIX]: postfix, [constants.BROTLI_PARAM_NDIRECT]: direct },
    }))
    .sort((one, other) => one.length - other.length)[0];
  const gzip = gzipSync(code, { level: 9 });
  await writeFile(join(folder, file), code);
  await writeFile(join(folder, `${file}.br`), brotli);
  await writeFile(join(folder, `${file}.gz`), gzip);
  return { file, bytes: code.length, gzip: gzip.length, brotli: brotli.length };
}

/** All chunks have one hash: a hash of its own for each would be a fifth of a kilobyte in embed.js. */
async function buildChunks(folder) {
  const codes = {};
  const sum = createHash("sha256");
  for (const [name, entry] of Object.entries(await chunks())) {
    const { code, inputs } = await bundle(entry, { format: "esm", plugins: handedTo(name) });
    refuseState(name, inputs);
    sum.update(code);
    codes[name] = code;
  }
  const hash = sum.digest("hex").slice(0, 12);
  const parts = {};
  for (const [name, code] of Object.entries(codes)) parts[name] = await put(folder, `${name}-${hash}.js`, code);
  return { hash, parts };
}

async function buildLoader(folder, hash, tags) {
  const define = { CHUNKS_HASH: JSON.stringify(hash), LANGUAGES: JSON.stringify(tags.join(" ")) };
  const { code } = await bundle("loader.ts", { format: "iife", define });
  return put(folder, "embed.js", code);
}

async function buildCounter(folder, hash, tags) {
  const { comments, noComments } = (await evaluated(`export * from "./en"`)).reading;
  const define = {
    CHUNKS_HASH: JSON.stringify(hash),
    LANGUAGES: JSON.stringify(tags.join(" ")),
    COUNT_WORDS: JSON.stringify([comments, noComments]),
  };
  const { code } = await bundle("count.ts", { format: "iife", define });
  return put(folder, "count.js", code);
}

/** What the service puts into HTML of its own (`comments.web.api_docs.catalogue`): the styles, and each language's sentences. */
async function buildForServer(folder, tags) {
  await mkdir(join(folder, "server"));
  await writeFile(join(folder, "server", "read.css"), await minified(join(source, "styles", "read.css")));
  const words = { en: Object.assign({}, ...Object.values(await evaluated(`export * from "./en"`))) };
  for (const tag of tags) words[tag] = (await evaluated(`export { default } from "./${tag}"`)).default;
  await writeFile(join(folder, "server", "words.json"), JSON.stringify(words) + "\n");
}

function report(rows) {
  const line = (...cells) => console.log(cells.map((cell, at) => (at ? String(cell).padStart(8) : cell.padEnd(20))).join(""));
  line("part", "bytes", "gzip", "brotli", "at most");
  for (const { name, bytes, gzip, brotli, most } of rows) line(name, bytes, gzip, brotli, most);
}

/** What each part weighs beside what it may. */
function weighed(loader, counter, parts, tags) {
  const rows = [{ name: "embed.js", ...loader, most: budget.loader }, { name: "count.js", ...counter, most: budget.counter }];
  for (const [name, part] of Object.entries(parts)) {
    rows.push({ name, ...part, most: tags.includes(name) ? budget.language : budget[name] });
  }
  return rows;
}

const fresh = `${target}.new`;
await rm(fresh, { recursive: true, force: true });
await mkdir(fresh, { recursive: true });
const tags = await languages();
const { hash, parts } = await buildChunks(fresh);
const loader = await buildLoader(fresh, hash, tags);
const counter = await buildCounter(fresh, hash, tags);
await buildForServer(fresh, tags);
await writeFile(join(fresh, "manifest.json"), JSON.stringify({ loader, counter, chunks: parts }, null, 2) + "\n");
await rm(target, { recursive: true, force: true });
await rename(fresh, target);
const rows = weighed(loader, counter, parts, tags);
report(rows);
const heavy = rows.filter(({ brotli, most }) => brotli > most).map(({ name }) => name);
if (heavy.length) throw new Error(`heavier with brotli than allowed: ${heavy.join(", ")}`);
