// What the two builds share: embed.js with its chunks (build.mjs), and the package for bundlers (pack.mjs).

import { readdir, readFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";

export const source = join(dirname(fileURLToPath(import.meta.url)), "src");

// The oldest browsers with all that the widget needs; older ones get a link (src/styles.ts).
export const browsers = ["chrome123", "edge123", "firefox128", "safari18"];

// Every other file beside these is a language, and a chunk of its name.
const notLanguages = ["en.ts", "english.ts", "keys.ts", "languages.ts", "words.ts"];

/** The languages' tags in lower case, from the names of their files. */
export async function languages() {
  const files = await readdir(join(source, "i18n"));
  return files.filter((file) => !notLanguages.includes(file)).map((file) => file.replace(/\.ts$/, "")).sort();
}

/** What is fetched when idle, or on first use: by name, the file that it begins with. */
export async function chunks() {
  const tags = await languages();
  return { acting: "acting/index.ts", writing: "writing/index.ts", further: "further/index.ts", proving: "proving/index.ts", ...Object.fromEntries(tags.map((tag) => [tag, `i18n/${tag}.ts`])) };
}

/** What TypeScript exports, as values: words are worked out here and not in the reader's browser. */
export async function evaluated(contents) {
  const stdin = { contents, loader: "ts", resolveDir: join(source, "i18n") };
  const result = await build({ stdin, bundle: true, format: "esm", write: false, logLevel: "warning" });
  return import(`data:text/javascript;base64,${Buffer.from(result.outputFiles[0].contents).toString("base64")}`);
}

/** A language whose plurals are alike says them once. */
function alike(said) {
  const forms = Object.values(said);
  return typeof said === "object" && forms.every((form) => form === forms[0]) ? forms[0] : said;
}

/** A list literal; what another part has is left out of it. */
function asList(sentences) {
  const list = Array.from({ length: Math.max(...Object.keys(sentences)) + 1 }, (_, place) => sentences[place] ?? "");
  return `[${list.map((said) => said && JSON.stringify(alike(said))).join()}]`;
}

/** In what is built, sentences stand in their places and have no names. */
export const sentencesInPlace = {
  name: "sentences-in-place",
  async setup(pass) {
    const tags = await languages();
    pass.onLoad({ filter: new RegExp(`[\\\\/]i18n[\\\\/](${tags.join("|")})\\.ts$`) }, async ({ path }) => {
      const { sentences } = await evaluated(`import all from ${JSON.stringify(path)}; import { inPlace } from "./words"; export const sentences = inPlace(all);`);
      return { contents: `export default ${asList(sentences)}` };
    });
    pass.onLoad({ filter: /[\\/]i18n[\\/]english\.ts$/ }, async () => {
      const parts = Object.entries(await evaluated(`export * from "./english"`));
      return { contents: parts.map(([name, sentences]) => `export const ${name} = ${asList(sentences)};`).join("") };
    });
  },
};

/** The page's root is not ours: where it is 10 px, as on many sites, a rem would draw everything too close together. */
function inPixels(css) {
  return css.replace(/([\d.]+)rem\b/g, (_, number) => `${Math.round(number * 160) / 10}px`);
}

export async function minified(path) {
  const css = await transform(inPixels(await readFile(path, "utf8")), { loader: "css", minify: true, charset: "utf8", target: browsers });
  // Blanks that are left in what stands for a variable that is not set, and in conditions; no string of ours has any of these.
  return css.code.trim().replace(/([,:]) /g, "$1");
}

export const minifiedCss = {
  name: "minified-css",
  setup(pass) {
    pass.onLoad({ filter: /\.css$/ }, async ({ path }) => ({ contents: await minified(path), loader: "text" }));
  },
};

// What hands over what it has to the chunks that come after it.
const loaderKit = "kit.ts";
const actingKit = "acting/kit.ts";

/** What a kit hands over: the names in its order, and which module each is from. */
async function handedOver(file) {
  const kit = await readFile(join(source, file), "utf8");
  const modules = {};
  for (const [, names, from] of kit.matchAll(/^import \{ (.+) \} from "(.+)";$/gm)) modules[join(dirname(file), `${from}.ts`)] = names.split(", ");
  const [, list] = /^export const kit = \[([^\]]+)\]/m.exec(kit);
  return { modules, order: list.match(/\w+/g) };
}

/** In a chunk, the modules that come from `file` become what that kit hands over. Others of its folder would be there twice. */
function handedOverBy(file) {
  return {
    name: `handed-over-by-${file}`,
    async setup(pass) {
      const { modules, order } = await handedOver(file);
      const taken = `taken:${file}`;
      const folder = file === loaderKit ? "" : `${dirname(file)}/`;
      pass.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const module = relative(source, path);
        const names = module === file ? ["take"] : modules[module];
        if (names) return { contents: `export { ${names.join(", ")} } from "${taken}";` };
        return folder && module.startsWith(folder) ? { errors: [{ text: `src/${module} is not handed over by src/${file}` }] } : undefined;
      });
      pass.onResolve({ filter: /^taken:/ }, ({ path }) => (path === taken ? { path, namespace: file } : undefined));
      pass.onLoad({ filter: /.*/, namespace: file }, () => ({
        contents: `export let ${order.join(", ")}; export function take(kit) { [${order.join(", ")}] = kit; }`,
      }));
    },
  };
}

/** What a chunk is handed over, by those that are there before it. */
export function handedTo(chunk) {
  return (["writing", "further"].includes(chunk) ? [loaderKit, actingKit] : [loaderKit]).map(handedOverBy);
}
