/** Files that are written whole or not at all: after a crash the old one stands or the new one, never half. */
import { randomBytes } from "node:crypto"
import * as fs from "node:fs"
import { dirname } from "node:path"
import { makeDirectory, OWNER_FILE } from "./directory.ts"

/** How the name of a file ends that is being written, or was when its writer was killed. */
export const UNFINISHED = ".tmp"

/** Writes beside the file, syncs, and moves it over; makes the directory where it is missing. Throws what the file system says, and leaves nothing beside then. */
export const writeAtomically = (path: string, bytes: Uint8Array): void => {
  const directory = dirname(path)
  makeDirectory(directory)
  // One writing's own: no two ever write into the same unfinished file.
  const unfinished = `${path}.${process.pid}-${randomBytes(4).toString("hex")}${UNFINISHED}`
  try {
    writeSynced(unfinished, bytes)
    fs.renameSync(unfinished, path)
  } catch (error) {
    removeQuietly(unfinished)
    throw error
  }
  syncDirectory(directory)
}

const writeSynced = (path: string, bytes: Uint8Array): void => {
  const file = fs.openSync(path, "wx", OWNER_FILE)
  try {
    fs.writeFileSync(file, bytes)
    fs.fsyncSync(file)
  } finally {
    fs.closeSync(file)
  }
}

/** What went wrong before matters more than that this does, too. */
const removeQuietly = (path: string): void => {
  try {
    fs.rmSync(path, { force: true })
  } catch {}
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
