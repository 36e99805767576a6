/** How the page is built: `services/control-plane/page` → `services/control-plane/page/out`, which the control plane serves. */
import { readdirSync } from "node:fs"
import { join, relative } from "node:path"
import { defineConfig, type Plugin } from "vite"
import { SOURCES_FILE, sourcesText } from "./services/control-plane/http/pageSources.ts"

const PAGE = join(import.meta.dirname, "services/control-plane/page")
/** The running market that `vite serve` shows. */
const SERVER = process.env["KENNEL_URL"] ?? "http://127.0.0.1:8080"

/** Leaves what the page was built of beside it, so that a server can tell an old page. A style sheet that another imports is no module of its own. */
const sources: Plugin = {
  name: "kennel-sources",
  generateBundle() {
    const modules = [...this.getModuleIds()].flatMap((id) => {
      const path = relative(import.meta.dirname, id.split("?")[0] ?? "")
      return path.startsWith("..") || path.includes("node_modules") || path.includes("\0") ? [] : [path]
    })
    const styles = readdirSync(join(PAGE, "styles")).map((name) =>
      relative(import.meta.dirname, join(PAGE, "styles", name))
    )
    this.emitFile({ type: "asset", fileName: SOURCES_FILE, source: sourcesText([...new Set([...modules, ...styles])]) })
  }
}

export default defineConfig({
  root: PAGE,
  plugins: [sources],
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
