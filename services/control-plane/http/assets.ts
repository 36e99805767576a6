/** The page's files, read once at start: nothing a request says ever becomes a path. */
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { extname, join } from "node:path"

/** One file of the page as it is served. */
export interface Asset {
  readonly type: string
  readonly body: Buffer
  /** Its name holds a digest of what is in it: it may be kept for ever. */
  readonly isFixed: boolean
}

/** What the page consists of. */
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml"
}

/** Where `npm run page` puts it; `npm ci` and the image's build run that. */
const BUILT = join(import.meta.dirname, "../page/out")

/** What stands in for a page that was not built; scripts and other tools need none. */
export const NOT_BUILT =
  "the page has not been built: run `npm run page` in a checkout with all dependencies (npm ci does it by itself, unless scripts or " +
  "development dependencies are left out), and start again; everything else is served, the status at /api/status"

/** For the log, where a source has changed since. */
export const builtOfOthers = (changed: string): string =>
  `the page was built of other sources than these (${changed} has changed): run \`npm run page\` to build it again, and start again`

/** The page's own paths: the market, and the same with the factory in front. */
const PAGES = ["/", "/factory"]

/** By request path: the page itself, and each of its files under `/page/`. Null: it has not been built. */
export const loadAssets = (built: string = BUILT): ReadonlyMap<string, Asset> | null => {
  if (!existsSync(join(built, "index.html"))) return null
  const files = readdirSync(built, { recursive: true, encoding: "utf8" }).flatMap((name) => {
    const type = TYPES[extname(name)]
    if (type === undefined) return []
    const at = name.replaceAll("\\", "/")
    const asset = { type, body: readFileSync(join(built, name)), isFixed: at.startsWith("assets/") }
    const paths = name === "index.html" ? PAGES : [`/page/${at}`]
    return paths.map((path) => [path, asset] as const)
  })
  return new Map(files)
}
