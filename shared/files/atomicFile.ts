/** Files that are written whole or not at all: after a crash the old one stands or the new one, never half. */
import * as fs from "node:fs"
import { dirname } from "node:path"
import { makeDirectory, OWNER_FILE } from "./directory.ts"

/** Writes beside the file, syncs, and moves it over; makes the directory where it is missing. Throws what the file system says. */
export const writeAtomically = (path: string, bytes: Uint8Array): void => {
  const directory = dirname(path)
  makeDirectory(directory)
  // One writer's own: two processes never write into the same unfinished file.
  const unfinished = `${path}.${process.pid}.tmp`
  const file = fs.openSync(unfinished, "w", OWNER_FILE)
  try {
    fs.writeFileSync(file, bytes)
    fs.fsyncSync(file)
  } finally {
    fs.closeSync(file)
  }
  fs.renameSync(unfinished, path)
  syncDirectory(directory)
}

/** The name survives a power cut as the bytes do. Windows cannot sync a directory. */
const syncDirectory = (directory: string): void => {
  if (process.platform === "win32") return
  const handle = fs.openSync(directory, "r")
  try {
    fs.fsyncSync(handle)
  } finally {
    fs.closeSync(handle)
  }
}

/** The bytes of a file; null where there is none. */
export const readIfThere = (path: string): ArrayBuffer | null => {
  try {
    const bytes = fs.readFileSync(path)
    return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null
    throw error
  }
}
