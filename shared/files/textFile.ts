/** Files that a person names: plain text, or the same packed with gzip. */
import { readFile } from "node:fs/promises"
import { promisify } from "node:util"
import { gunzip } from "node:zlib"

/** No file that is meant to be read whole comes near this once unpacked. */
const MAX_UNPACKED_BYTES = 512 * 1024 * 1024

/** The text of a file, unpacked when its name ends with `.gz`; throws an Error that says what is wrong with it. */
export const readText = async (file: string): Promise<string> => {
  const data = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new Error(error.code === "ENOENT" ? "no such file" : `cannot be read (${error.message})`)
  })
  if (!file.endsWith(".gz")) return data.toString("utf8")
  const unpacked = await promisify(gunzip)(data, { maxOutputLength: MAX_UNPACKED_BYTES }).catch((error: Error) => {
    throw new Error(`is not a gzip file, or a damaged one (${error.message})`)
  })
  return unpacked.toString("utf8")
}
