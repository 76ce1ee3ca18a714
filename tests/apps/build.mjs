// Builds the blogs beside it into a folder: `node build.mjs ESBUILD FOLDER`.

const [esbuild, outdir] = process.argv.slice(2);
const { build } = await import(esbuild);

// React's StrictMode mounts everything twice in its development build only. Vue's keeps, for its tools, what is gone.
const modes = { development: ["react.tsx"], production: ["vue.ts", "history.ts", "program.ts"] };

for (const [mode, entryPoints] of Object.entries(modes)) {
  await build({
    entryPoints,
    outdir,
    bundle: true,
    splitting: true,
    format: "esm",
    jsx: "automatic",
    define: {
      "process.env.NODE_ENV": JSON.stringify(mode),
      __VUE_OPTIONS_API__: "true",
      __VUE_PROD_DEVTOOLS__: "false",
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "false",
    },
    logLevel: "warning",
  });
}
