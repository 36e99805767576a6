/** The past of the journal at hand, with its stepping stones beside the other data of the settings. */
import { createHash } from "node:crypto"
import { resolve } from "node:path"
import { Effect } from "effect"
import { NoSuchRecord } from "../../shared/archive/seqAt.ts"
import { SourceFile } from "../../shared/archive/fileJournal.ts"
import { Journal } from "../../shared/journal/port.ts"
import { openPast, type PastOptions } from "../../shared/past/past.ts"
import { decidersOf } from "../registry.ts"
import type { Settings } from "../settings.ts"
import { subjectsOf } from "./journal.ts"

/** A file of so few records is folded as fast as its stones are found. */
const SMALL_FILE = 20_000

/** The file of the stones of a journal at `where`; `of`: whose, where they are not those of everything that decides. */
export const stonesFile = ({ dataDir }: Pick<Settings, "dataDir">, where: string, of = ""): string =>
  resolve(dataDir, "past", `${createHash("sha256").update(where).digest("hex").slice(0, 16)}${of}.sqlite`)

/**
 * Opens the past of everything that decides; its stones stand in `past/` of the data directory, a file for each journal. An empty
 * journal has none: `NoSuchRecord`.
 */
export const openMarketPast = Effect.fnUntraced(function* (
  settings: Settings,
  progress?: NonNullable<PastOptions["progress"]>
) {
  const { where, head } = yield* Journal
  if ((yield* head) === 0) return yield* new NoSuchRecord({ seq: 1, first: 0, head: 0 })
  const source = yield* SourceFile
  const small = source !== null && source.records.length < SMALL_FILE
  return yield* openPast({
    subjects: subjectsOf(settings),
    actorsOf: decidersOf,
    file: small ? null : stonesFile(settings, where),
    ...(progress === undefined ? {} : { progress })
  })
})
