/** Files that a person names: plain text, or the same packed with gzip. Every failure is an Error that says what is wrong with the file. */
import { readFile } from "node:fs/promises"
import { promisify } from "node:util"
import { gunzip } from "node:zlib"

/** No file that is meant to be read whole comes near this once unpacked: a year of minutes is some tens of megabytes. */
const MAX_UNPACKED_BYTES = 512 * 1024 * 1024

const LIMIT = { maxOutputLength: MAX_UNPACKED_BYTES }
const unpack = promisify(gunzip)

const isPacked = (file: string): boolean => file.endsWith(".gz")

const unreadable = (error: unknown): never => {
  const { code, message } = error as NodeJS.ErrnoException
  throw new Error(code === "ENOENT" ? "no such file" : `cannot be read (${message})`)
}

const damaged = (error: unknown): never => {
  throw new Error(`is not a gzip file, or a damaged one (${(error as Error).message})`)
}

/** The text of a file, unpacked when its name ends with `.gz`. */
export const readText = async (file: string): Promise<string> => {
  const data = await readFile(file).catch(unreadable)
  const unpacked = isPacked(file) ? await unpack(data, LIMIT).catch(damaged) : data
  return unpacked.toString("utf8")
}
