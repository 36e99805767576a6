/**
 * Where the process that keeps a directory answers: a small file in it, for this user alone, as long as that process lives. So another
 * command of the same user finds it without a port that both would have to know.
 */
import * as fs from "node:fs"
import { join } from "node:path"
import { Effect, type Scope } from "effect"
import { makeDirectory, OWNER_FILE } from "./directory.ts"

/** Addresses and tokens by name. */
export type Address = Readonly<Record<string, string>>

interface Written {
  readonly pid: number
  readonly address: Address
}

const pathIn = (directory: string): string => join(directory, "address.json")

const lives = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // It is there, but somebody else's.
    return (error as NodeJS.ErrnoException).code === "EPERM"
  }
}

const isWritten = (value: unknown): value is Written => {
  if (typeof value !== "object" || value === null) return false
  const { pid, address } = value as Partial<Written>
  if (typeof pid !== "number" || typeof address !== "object" || address === null) return false
  return Object.values(address).every((text) => typeof text === "string")
}

/** Writes the file, and takes it away with the scope. A directory that cannot be written costs others the way in, and is said. */
export const keepAddress = (directory: string, address: Address): Effect.Effect<void, never, Scope.Scope> => {
  const path = pathIn(directory)
  const write = Effect.try({
    try: () => {
      makeDirectory(directory)
      const unfinished = `${path}.${process.pid}.tmp`
      fs.writeFileSync(unfinished, JSON.stringify({ pid: process.pid, address } satisfies Written), {
        mode: OWNER_FILE
      })
      fs.renameSync(unfinished, path)
    },
    catch: (error) => error
  }).pipe(
    Effect.catch((error) =>
      Effect.logWarning(`${path}: not written (${String(error)}): no other command finds the way in`)
    )
  )
  return Effect.acquireRelease(write, () =>
    Effect.ignore(Effect.try({ try: () => fs.rmSync(path, { force: true }), catch: String }))
  )
}

/** What the living process that keeps the directory wrote; null: none does, or it has not written yet. */
export const readAddress = (directory: string): Address | null => {
  try {
    const value: unknown = JSON.parse(fs.readFileSync(pathIn(directory), "utf8"))
    return isWritten(value) && lives(value.pid) ? value.address : null
  } catch {
    return null
  }
}
