/** Directories that hold what is ours: made for this user alone. */
import * as fs from "node:fs"
import { dirname } from "node:path"

/** Nobody but the user who runs Kennel lists what it keeps. */
const OWNER_DIRECTORY = 0o700
/** Nor reads it. */
export const OWNER_FILE = 0o600

/**
 * Makes a directory with those above it, one at a time: Node's own recursive way never ends where the system says "no such file"
 * of a directory that cannot be made, as under /proc. Throws the system's error.
 */
export const makeDirectory = (path: string): void => {
  if (fs.existsSync(path)) return
  const above = dirname(path)
  if (above !== path) makeDirectory(above)
  try {
    fs.mkdirSync(path, { mode: OWNER_DIRECTORY })
  } catch (error) {
    // Another process was faster.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error
  }
}

/**
 * Closes a directory that is Kennel's own to everybody else, with all that older builds left open in it. One of another user's, or on a
 * file system without modes, stays as it is: its owner decides.
 */
export const closeToOthers = (path: string): void => {
  if (process.platform === "win32") return
  const { mode, uid } = fs.statSync(path)
  if ((mode & 0o077) === 0 || uid !== process.getuid?.()) return
  try {
    fs.chmodSync(path, OWNER_DIRECTORY)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== "EPERM" && code !== "ENOTSUP" && code !== "EROFS") throw error
  }
}
