// Bundles every *.test.ts into a folder of its own and hands it to Node's test runner: Node 20 reads no TypeScript.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = mkdtempSync(join(tmpdir(), "embed-test-"));
const tests = readdirSync(here).filter((file) => file.endsWith(".test.ts"));
buildSync({
  entryPoints: tests.map((file) => join(here, file)),
  outdir: out,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  platform: "node",
  format: "esm",
  loader: { ".css": "text" },
  sourcemap: "inline",
});
const built = tests.map((file) => join(out, file.replace(/\.ts$/, ".mjs")));
const run = spawnSync(process.execPath, ["--enable-source-maps", "--test", ...built], { stdio: "inherit", cwd: dirname(here) });
rmSync(out, { recursive: true });
process.exit(run.status ?? 1);
