/** The page's files, read or made once at start: nothing a request says ever becomes a path. */
import { readdirSync, readFileSync } from "node:fs"
import { extname, join } from "node:path"
import { ACTIONS } from "../../../shared/core/actions/actions.ts"

/** One file of the page as it is served. */
export interface Asset {
  readonly type: string
  readonly body: Buffer
}

/** What the page consists of; files of other kinds beside it (tests, the compiler's settings) are not served. */
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml"
}

const PAGE = join(import.meta.dirname, "../page")

/** The module that `page/actions.d.ts` declares, from the table of actions. */
const actionsModule = (): Asset => {
  const words = Object.entries(ACTIONS).map(([name, { title, about }]) => [name, { title, about }])
  const text = `export const ACTIONS = ${JSON.stringify(Object.fromEntries(words))}\n`
  return { type: TYPES[".js"] ?? "", body: Buffer.from(text) }
}

/** By request path: `/` is the page itself, every other file stands under `/page/` as it does in its folder. */
export const loadAssets = (): ReadonlyMap<string, Asset> => {
  const files = readdirSync(PAGE, { recursive: true, encoding: "utf8" }).flatMap((name) => {
    const type = TYPES[extname(name)]
    if (type === undefined) return []
    const path = name === "index.html" ? "/" : `/page/${name.replaceAll("\\", "/")}`
    return [[path, { type, body: readFileSync(join(PAGE, name)) }] as const]
  })
  return new Map([...files, ["/page/actions.js", actionsModule()]])
}
