/**
 * What has changed between two JSON values, as JSON Patch (RFC 6902) with `add`, `remove` and `replace`: a page is sent these in place of a
 * whole status. A list that has grown or shrunk is replaced; an absent member and an undefined one are the same. Pure.
 */

/** One change. `path` is a JSON Pointer (RFC 6901). */
export type Change =
  | { readonly op: "add" | "replace"; readonly path: string; readonly value: unknown }
  | { readonly op: "remove"; readonly path: string }

type Members = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Members | ReadonlyArray<unknown> =>
  typeof value === "object" && value !== null

const pointer = (path: string, name: string): string =>
  `${path}/${name.includes("~") || name.includes("/") ? name.replaceAll("~", "~0").replaceAll("/", "~1") : name}`

const compare = (before: unknown, after: unknown, path: string, changes: Array<Change>): void => {
  if (Object.is(before, after)) return
  const isList = Array.isArray(after)
  if (
    !isObject(before) ||
    !isObject(after) ||
    Array.isArray(before) !== isList ||
    (isList && before["length"] !== after.length)
  ) {
    changes.push({ op: "replace", path, value: after })
    return
  }
  const [old, now] = [before as Members, after as Members]
  for (const name of Object.keys(now)) {
    // A list's place is never added: that would move what follows it.
    if (now[name] === undefined && !isList) continue
    if (!isList && old[name] === undefined) changes.push({ op: "add", path: pointer(path, name), value: now[name] })
    else compare(old[name], now[name], pointer(path, name), changes)
  }
  if (isList) return
  for (const name of Object.keys(old)) {
    if (old[name] !== undefined && now[name] === undefined) changes.push({ op: "remove", path: pointer(path, name) })
  }
}

/** What makes `after` of `before`; empty: they are the same. */
export const patchOf = (before: unknown, after: unknown): ReadonlyArray<Change> => {
  const changes: Array<Change> = []
  compare(before, after, "", changes)
  return changes
}

const changed = (value: unknown, names: ReadonlyArray<string>, change: Change): unknown => {
  const [name, ...rest] = names
  if (name === undefined) return change.op === "remove" ? undefined : change.value
  if (!isObject(value)) throw new Error(`there is nothing at ${change.path}`)
  const copy = (Array.isArray(value) ? value.slice() : Object.assign({}, value)) as Record<string, unknown>
  if (rest.length > 0 || change.op === "replace") {
    if (!Object.hasOwn(copy, name)) throw new Error(`there is nothing at ${change.path}`)
  }
  if (rest.length === 0 && change.op === "remove") delete copy[name]
  else copy[name] = changed(copy[name], rest, change)
  return copy
}

/** `value` with the changes, itself untouched. Throws where a change does not fit: then it is a patch of something else. */
export const patched = <T>(value: T, changes: ReadonlyArray<Change>): T =>
  changes.reduce<unknown>((now, change) => {
    const names = change.path.split("/").slice(1)
    return changed(
      now,
      names.map((name) => name.replaceAll("~1", "/").replaceAll("~0", "~")),
      change
    )
  }, value) as T
