/** The key file of a market in one process: made once, for its owner alone. */
import { randomBytes } from "node:crypto"
import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"
import { makeDirectory, OWNER_FILE } from "../files/directory.ts"
import { keysText, newKey, ONE_PROCESS, readKeys } from "./keyring.ts"
import type { WriterKey } from "./mark.ts"

/** The keys of the file; none where there is no file. Throws what is wrong with it, naming the file. */
export const keysIn = (file: string): ReadonlyArray<WriterKey> => {
  if (!existsSync(file)) return []
  try {
    return readKeys(readFileSync(file, "utf8"))
  } catch (error) {
    throw new Error(`${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}

/** The same, with a first key made where there is no file: whole or not at all, and of two processes one makes it. */
export const keysMadeIn = (file: string): ReadonlyArray<WriterKey> => {
  if (!existsSync(file)) {
    makeDirectory(dirname(file))
    const beside = `${file}.${process.pid}.new`
    try {
      writeFileSync(beside, keysText([newKey(ONE_PROCESS, 1, randomBytes)]), {
        mode: OWNER_FILE,
        flag: "wx",
        flush: true
      })
      linkSync(beside, file)
    } catch (error) {
      // Another process was faster.
      if (!existsSync(file)) throw error
    } finally {
      rmSync(beside, { force: true })
    }
  }
  return keysIn(file)
}
