/** The market data that reference cases name instead of holding it. */
import { existsSync, readFileSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { gunzipSync } from "node:zlib"
import { messageOf } from "../shared/core/messageOf.ts"
import { CaseError } from "./format/caseObject.ts"

/** The text of a data file by its name without ending. Throws `CaseError` where it is not found. */
export type ReadData = (name: string) => string

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
    try {
      return gunzipSync(readFileSync(found)).toString("utf8")
    } catch (error) {
      throw new CaseError(`${found} is not a gzip file, or a damaged one (${messageOf(error)})`)
    }
  }
