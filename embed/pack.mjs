// Builds embed/module, the ES modules of the npm package: the same source as embed.js, with chunks that a bundler of
// the page's own finds, so that package and service may be of different releases. Run by `npm pack`.

import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { browsers, chunks, languages, minifiedCss, sentencesInPlace, source } from "./parts.mjs";

const target = join(dirname(fileURLToPath(import.meta.url)), "module");

// In the place of src/chunks.ts, which fetches them from the service by their hash.
const chunksFromPackage = {
  name: "chunks-from-package",
  setup(pass) {
    pass.onLoad({ filter: /[\\/]src[\\/]chunks\.ts$/ }, async () => {
      const parts = Object.entries(await chunks()).map(([name, file]) => `"${name}": () => import("./${file}")`);
      const contents = `
        const parts = { ${parts.join(", ")} };
        export const languageNames = ${JSON.stringify(await languages())};
        export const loadChunk = (_host, name) => parts[name]();`;
      return { contents, resolveDir: source };
    });
  },
};

await rm(target, { recursive: true, force: true });
await build({
  entryPoints: { index: join(source, "package.ts") },
  outdir: target,
  bundle: true,
  splitting: true,
  format: "esm",
  minify: true,
  target: browsers,
  charset: "utf8",
  legalComments: "none",
  chunkNames: "[name]-[hash]",
  // A server that renders pages imports what it never runs.
  inject: [join(source, "server.ts")],
  plugins: [minifiedCss, sentencesInPlace, chunksFromPackage],
  logLevel: "warning",
});
