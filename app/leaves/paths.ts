/**
 * Whether the paths that settings name can be what they are for: looked at before anything is made of them, so that a wrong one is
 * refused beside all other wrong settings, and nothing is left behind. Reads the file system, writes nothing.
 */
import * as fs from "node:fs"
import { dirname, resolve } from "node:path"
import { messageOf } from "../../shared/core/messageOf.ts"
import { type PathUse, type Setting, shownText } from "../../shared/config/setting.ts"
import { type Environment, givenOf } from "../../shared/config/table.ts"

/** The kernel's own file systems, by the numbers in linux/magic.h: proc, sysfs, cgroup, cgroup 2. Nothing is kept there. */
const KERNELS_OWN: ReadonlySet<number> = new Set([0x9fa0, 0x62656572, 0x27e0eb, 0x63677270])

/** What stands at a path; null: nothing. Throws the system's error where that cannot be told. */
const standing = (path: string): fs.Stats | null => {
  try {
    return fs.statSync(path, { throwIfNoEntry: false }) ?? null
  } catch (error) {
    // A file stands where a directory would have to.
    if ((error as NodeJS.ErrnoException).code === "ENOTDIR") return null
    throw error
  }
}

/** The path itself or the nearest above it that is there. */
const nearest = (path: string): { readonly path: string; readonly stats: fs.Stats | null } => {
  const stats = standing(path)
  const above = dirname(path)
  return stats !== null || above === path ? { path, stats } : nearest(above)
}

const mayWrite = (directory: string): boolean => {
  try {
    fs.accessSync(directory, fs.constants.W_OK | fs.constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Why no directory can be at `path`; null: one can, or is there. */
const noDirectory = (path: string, writes: boolean, named = path): string | null => {
  const { path: found, stats } = nearest(path)
  if (stats !== null && !stats.isDirectory()) {
    return found === named
      ? "is a file; name a directory"
      : `${found} is a file; name a path whose directories can be made`
  }
  if (process.platform === "linux" && KERNELS_OWN.has(fs.statfsSync(found).type)) {
    return `${found} is the kernel's own; name a directory on a disk`
  }
  if (!writes || mayWrite(found)) return null
  const what =
    found === named ? "may not be written by this user" : `cannot be made: ${found} may not be written by this user`
  return `${what}; name a directory of yours, or change who may write there`
}

/** Why no file can be read at `path`. */
const noInput = (path: string): string | null => {
  const stats = standing(path)
  if (stats === null) return "no such file; name one that is there"
  if (stats.isDirectory()) return "is a directory; name a file"
  try {
    fs.accessSync(path, fs.constants.R_OK)
    return null
  } catch {
    return "may not be read by this user; change who may"
  }
}

const objectionTo = (path: string, use: PathUse, writes: boolean): string | null => {
  switch (use) {
    case "data":
      return noDirectory(path, writes)
    case "archive":
      return noDirectory(path, false)
    case "input":
      return noInput(path)
    case "output":
      return standing(path)?.isDirectory() === true
        ? "is a directory; name a file"
        : noDirectory(dirname(path), writes, path)
  }
}

/**
 * One line for each path that cannot be what it is for. `writes`: this process will write to what is meant for that, so it must be
 * allowed to.
 */
export const wrongPaths = (
  rows: ReadonlyArray<Setting<unknown>>,
  env: Environment,
  writes: (row: Setting<unknown>) => boolean
): ReadonlyArray<string> =>
  rows.flatMap((row) => {
    const text = (givenOf(row, env)?.text ?? row.defaultText).trim()
    if (row.path === null || text === "") return []
    let objection: string | null
    try {
      // What has no path's shape has been refused already.
      row.parse(text)
      if (text.includes("\0")) return []
      objection = objectionTo(resolve(text), row.path, writes(row))
    } catch (error) {
      objection = `cannot be looked at (${messageOf(error)}); name another`
    }
    return objection === null ? [] : [`${row.name}=${shownText(text)}: ${objection} (${row.range})`]
  })
