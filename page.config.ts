/** How the page is built: `services/control-plane/page` → `services/control-plane/page/out`, which the control plane serves. */
import { join } from "node:path"
import { defineConfig } from "vite"

const PAGE = join(import.meta.dirname, "services/control-plane/page")
/** The running market that `vite serve` shows. */
const SERVER = process.env["KENNEL_URL"] ?? "http://127.0.0.1:8080"

export default defineConfig({
  root: PAGE,
  // `/` is the page itself; all its files stand under `/page/`.
  base: "/page/",
  publicDir: join(PAGE, "public"),
  logLevel: "warn",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: join(PAGE, "out"),
    emptyOutDir: true,
    target: "es2024",
    // One sheet: styles of a part that is loaded later must not move what is there.
    cssCodeSplit: false,
    // The server's policy allows no script and no image inside another file.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false }
  },
  server: { proxy: Object.fromEntries(["/api", "/levels", "/structure"].map((path) => [path, SERVER])) }
})
