/** The page's files, read once at start: nothing a request says ever becomes a path. */
import { readFileSync } from "node:fs"
import { join } from "node:path"

export interface Asset {
  readonly type: string
  readonly body: Buffer
}

const TYPES = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml"
} as const

const PAGE = join(import.meta.dirname, "../page")

const asset = (name: string, extension: keyof typeof TYPES): Asset => ({
  type: TYPES[extension],
  body: readFileSync(join(PAGE, `${name}.${extension}`))
})

const MODULES = [
  "main",
  "connection",
  "h",
  "patch",
  "format",
  "sparkline",
  "view",
  "slotView",
  "marketView",
  "governorView",
  "adviceView",
  "candlesView",
  "asking",
  "dialog"
] as const

/** By request path. */
export const loadAssets = (): ReadonlyMap<string, Asset> =>
  new Map([
    ["/", asset("index", "html")],
    ["/page/style.css", asset("style", "css")],
    ["/page/governor.css", asset("governor", "css")],
    ["/page/advice.css", asset("advice", "css")],
    ["/page/icon.svg", asset("icon", "svg")],
    ...MODULES.map((name) => [`/page/${name}.js`, asset(name, "js")] as const)
  ])
