// What the two builds share: embed.js with its chunks (build.mjs), and the package for bundlers (pack.mjs).

import { readFile } from "node:fs/promises";
import { transform } from "esbuild";

// The oldest browsers with all that the widget needs; older ones get a link (src/styles.ts).
export const browsers = ["chrome123", "edge123", "firefox124", "safari17.5"];

// Fetched when idle, or on first use.
export const chunks = {
  acting: "acting/index.ts",
  de: "i18n/de.ts",
};

export const minifiedCss = {
  name: "minified-css",
  setup(pass) {
    pass.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const css = await transform(await readFile(path, "utf8"), { loader: "css", minify: true, target: browsers });
      return { contents: css.code.trim(), loader: "text" };
    });
  },
};
