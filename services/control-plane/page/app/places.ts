/** Which views there are, and their addresses: a view's place is a hash, so that every link works without the server. Pure. */

/** Every view: its place, its name, and the key that leads to it. */
export const VIEWS = [
  { id: "overview", name: "Overview", key: "1" },
  { id: "slots", name: "Slots", key: "2" },
  { id: "journal", name: "Journal", key: "3" },
  { id: "time", name: "Time", key: "4" },
  { id: "regimes", name: "Regimes", key: "5" },
  { id: "data", name: "Data", key: "6" },
  { id: "capital", name: "Capital", key: "7" },
  { id: "config", name: "Config", key: "8" },
  { id: "factory", name: "Factory", key: "9" }
] as const

/** A view. */
export type View = (typeof VIEWS)[number]["id"]

/** Where the reader is: `#slots/2?tab=cycles` is view `slots`, rest `2`. */
export interface Place {
  readonly view: View
  /** What of the view: a slot's number, a record's sequence. Empty: all of it. */
  readonly rest: string
}

/** The place of a hash; `path` is the page's own, by which `/factory` is known. */
export const placeOf = (hash: string, path: string): Place => {
  const [name = "", ...rest] = decodeURIComponent(hash.replace(/^#/, "")).split("/")
  const view = VIEWS.find(({ id }) => id === name)?.id
  if (view !== undefined) return { view, rest: rest.join("/") }
  return { view: path === "/factory" ? "factory" : "overview", rest: "" }
}

/** The address of a view, or of a part of it. */
export const hrefOf = (view: View, rest: string | number = ""): string =>
  `#${view}${rest === "" ? "" : `/${encodeURIComponent(rest)}`}`
