// Bundles the viewer into the Python package; called by the build hook and by `npm run build`.
import { build } from "esbuild";

const target = process.env.VIEWER_BUNDLE ?? new URL("../bim_supervise_ui/assets/viewer/", import.meta.url).pathname;

await build({
  entryPoints: { viewer: new URL("src/index.ts", import.meta.url).pathname },
  outdir: target,
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  legalComments: "eof",
  logLevel: "warning",
  loader: { ".css": "empty" },
});
await build({
  entryPoints: { viewer: new URL("src/viewer.css", import.meta.url).pathname },
  outdir: target,
  minify: true,
  logLevel: "warning",
});
