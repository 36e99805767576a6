/** The terminal's view of a past: from what is seen and a key to what is seen next, and to the lines of the screen. Pure. */
import { type Changed, changesBetween, type Leaf } from "./flatten.ts"

/** A place that has been reached: the record there, and the state of the actor that is looked at. */
export interface Reached {
  readonly seq: number
  readonly time: string
  /** The record in words. */
  readonly record: string
  readonly actor: string
  readonly leaves: ReadonlyArray<Leaf>
}

/** What is seen. */
export interface View {
  readonly first: number
  readonly head: number
  readonly actors: ReadonlyArray<string>
  readonly at: Reached
  /** The same actor's state where it was looked at before. */
  readonly changes: ReadonlyArray<Changed>
  /** Only what has changed. */
  readonly onlyChanged: boolean
  readonly scroll: number
  /** What is being typed after `/` or `g`; null: nothing. */
  readonly typing: { readonly what: "search" | "place"; readonly text: string } | null
  readonly search: string
}

/** What a key asks of whoever holds the past; null: nothing but another screen. */
export type Ask =
  | { readonly _tag: "Go"; readonly seq: number; readonly actor: string }
  | { readonly _tag: "Place"; readonly place: string; readonly actor: string }
  /** The actor's next or previous decision. */
  | { readonly _tag: "Decision"; readonly forward: boolean }
  /** The record that caused this one. */
  | { readonly _tag: "Cause" }
  | { readonly _tag: "Quit" }

/** A view and what is asked. */
export interface Next {
  readonly view: View
  readonly ask: Ask | null
}

/** The first view of a past. */
export const openView = (first: number, head: number, actors: ReadonlyArray<string>, at: Reached): View => ({
  first,
  head,
  actors,
  at,
  changes: changesBetween(at.leaves, at.leaves),
  onlyChanged: false,
  scroll: 0,
  typing: null,
  search: ""
})

/** Another place has been reached: what differs is held against what was seen of the same actor. */
export const arrive = (view: View, at: Reached): View => {
  const before = at.actor === view.at.actor ? view.at.leaves : at.leaves
  return { ...view, at, changes: changesBetween(before, at.leaves) }
}

const shownOf = ({ changes, onlyChanged, search }: View): ReadonlyArray<Changed> => {
  const some = onlyChanged ? changes.filter(({ before }) => before !== null) : changes
  return search === "" ? some : some.filter(({ path, value }) => `${path} ${value}`.includes(search))
}

const scrolled = (view: View, by: number): Next => {
  const most = Math.max(0, shownOf(view).length - 1)
  return { view: { ...view, scroll: Math.max(0, Math.min(most, view.scroll + by)) }, ask: null }
}

const typed = (view: View, key: string): Next => {
  const { typing } = view
  if (typing === null) return { view, ask: null }
  if (key === "escape") return { view: { ...view, typing: null }, ask: null }
  if (key === "backspace") {
    return { view: { ...view, typing: { ...typing, text: typing.text.slice(0, -1) } }, ask: null }
  }
  if (key === "return") {
    const done = { ...view, typing: null, scroll: 0 }
    if (typing.what === "search") return { view: { ...done, search: typing.text }, ask: null }
    return { view: done, ask: { _tag: "Place", place: typing.text, actor: view.at.actor } }
  }
  return key.length === 1
    ? { view: { ...view, typing: { ...typing, text: typing.text + key } }, ask: null }
    : { view, ask: null }
}

const PAGE = 10

/** What a key does. Keys have the names that Node's `readline` gives them. */
export const press = (view: View, key: string): Next => {
  if (view.typing !== null) return typed(view, key)
  const { at, first, head, actors } = view
  const go = (seq: number, actor = at.actor): Next =>
    seq < first || seq > head ? { view, ask: null } : { view, ask: { _tag: "Go", seq, actor } }
  switch (key) {
    case "right":
      return go(at.seq + 1)
    case "left":
      return go(at.seq - 1)
    case "home":
      return go(first)
    case "end":
      return go(head)
    case "down":
      return scrolled(view, 1)
    case "up":
      return scrolled(view, -1)
    case "pagedown":
      return scrolled(view, PAGE)
    case "pageup":
      return scrolled(view, -PAGE)
    case "n":
      return { view, ask: { _tag: "Decision", forward: true } }
    case "p":
      return { view, ask: { _tag: "Decision", forward: false } }
    case "c":
      return { view, ask: { _tag: "Cause" } }
    case "tab":
      return go(at.seq, actors[(actors.indexOf(at.actor) + 1) % actors.length])
    case "d":
      return { view: { ...view, onlyChanged: !view.onlyChanged, scroll: 0 }, ask: null }
    case "/":
      return { view: { ...view, typing: { what: "search", text: "" } }, ask: null }
    case "g":
      return { view: { ...view, typing: { what: "place", text: "" } }, ask: null }
    case "q":
      return { view, ask: { _tag: "Quit" } }
    default:
      return { view, ask: null }
  }
}

const HELP = "←→ record  n p decision  c cause  tab actor  d changed only  / search  g go to  ↑↓ scroll  q quit"
const INVERSE = "\u001b[7m"
const PLAIN = "\u001b[0m"

const cut = (text: string, columns: number): string => (text.length > columns ? `${text.slice(0, columns - 1)}…` : text)

const lineOf = ({ path, value, before }: Changed, columns: number): string => {
  const now = `${path}  ${value === "" ? "(gone)" : value}`
  if (before === null) return cut(now, columns)
  return `${INVERSE}${cut(`${now}  was ${before ?? "(nothing)"}`, columns)}${PLAIN}`
}

/** The screen's lines, as many as it has rows at most; what has changed is highlighted. */
export const screenOf = (view: View, columns: number, rows: number): ReadonlyArray<string> => {
  const { at, head, typing, search, scroll } = view
  const shown = shownOf(view)
  const changed = view.changes.filter(({ before }) => before !== null).length
  const prompt = typing === null ? HELP : `${typing.what === "search" ? "search" : "record or time"}: ${typing.text}_`
  const top = [
    cut(
      `record ${at.seq} of ${head}  ${at.time}  ${at.actor}  ${changed} changed${search === "" ? "" : `  /${search}`}`,
      columns
    ),
    cut(at.record, columns),
    ""
  ]
  const room = Math.max(1, rows - top.length - 1)
  const lines = shown.slice(scroll, scroll + room).map((leaf) => lineOf(leaf, columns))
  const filled = [...lines, ...Array.from({ length: room - lines.length }, () => "")]
  return [...top, ...filled, cut(prompt, columns)]
}
