/** The market data that reference cases name instead of holding it. */
import { existsSync, readFileSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { gunzipSync } from "node:zlib"
import { CaseError } from "./format/caseObject.ts"

/** The text of a data file by its name without ending. Throws `CaseError` where it is not found. */
export type ReadData = (name: string) => string

/** No data file comes near this once unpacked. */
const MAX_UNPACKED_BYTES = 256 * 1024 * 1024

/** The recordings that come with the source. */
const RECORDINGS = join(import.meta.dirname, "../tests/data")

/** Looks for `data/<name>.csv.gz` beside the cases' file and in the two folders above, then among the repository's recordings. */
export const dataNear =
  (file: string): ReadData =>
  (name) => {
    if (!/^[\w.-]+$/.test(name)) throw new CaseError(`"${name}" is no name of a data file`)
    const folder = dirname(resolve(file))
    const places = [".", "..", "../.."].map((up) => resolve(folder, up, "data", `${name}.csv.gz`))
    places.push(join(RECORDINGS, `${name}.csv.gz`))
    const found = places.find((place) => existsSync(place))
    if (found === undefined) throw new CaseError(`needs the data file ${name}.csv.gz; looked for ${places.join(", ")}`)
    return gunzipSync(readFileSync(found), { maxOutputLength: MAX_UNPACKED_BYTES }).toString("utf8")
  }
