/** A slot that broke its own rules leaves a file that anybody can replay: the records before, the states they begin with, the settings. */
import { existsSync, readdirSync, rmSync, statSync } from "node:fs"
import { join, resolve } from "node:path"
import { Cause, Effect, Stream } from "effect"
import { decoded } from "../../shared/actor/control/decode.ts"
import { exportJournal } from "../../shared/archive/exportJournal.ts"
import { shownSettings } from "../../shared/config/show.ts"
import { messageOf } from "../../shared/core/messageOf.ts"
import type { EventOf } from "../../shared/events/event.ts"
import { makeDirectory } from "../../shared/files/directory.ts"
import { Journal } from "../../shared/journal/port.ts"
import { errand } from "../../shared/pace/errands.ts"
import { subjectsOf } from "../leaves/journal.ts"
import { decidersOf } from "../registry.ts"
import { SETTING_ROWS, type Settings } from "../settings.ts"

/** Records before the breach: some minutes of a busy market. Where it begins every state is, so that none before is needed. */
const RECORDS_BEFORE = 2_000
/** Files that are kept: the first ones explain the rest. A person takes them away. */
const MOST_FILES = 20
/** Of some kilobytes to a megabyte each; one that is larger says that something else is wrong, and does not fill the disk. */
const MOST_BYTES = 50_000_000

/** As much of the settings as a file needs, and which build writes it. */
type OfSettings = Pick<Settings, "pair" | "dataDir"> & { readonly build: string }

/** Told of a halt and its file; null: there is one already, or none is kept, which has been said. */
type Told = (halt: EventOf<"HaltExplained">, file: string | null) => Effect.Effect<void>

/** Writes the halt's file; null: there is one already, or none is kept. */
const write = Effect.fn("haltFile")(function* (settings: OfSettings, halt: EventOf<"HaltExplained">, seq: number) {
  const directory = join(resolve(settings.dataDir), "incidents")
  const file = join(directory, `slot-${halt.slot}-record-${halt.seq}.kennel`)
  if (existsSync(file)) return null
  makeDirectory(directory)
  if (readdirSync(directory).filter((name) => name.endsWith(".kennel")).length >= MOST_FILES) {
    yield* Effect.logWarning(`${directory} holds ${MOST_FILES} incidents: no more are kept until some are taken away`)
    return null
  }
  yield* exportJournal({
    subjects: subjectsOf(settings),
    actorsOf: decidersOf,
    file,
    from: Math.max(1, halt.seq - RECORDS_BEFORE),
    to: seq,
    pair: settings.pair,
    note: `Slot ${halt.slot} broke its own rules at record ${halt.seq}: ${halt.violations.join("; ")}.`,
    build: settings.build,
    redacted: false,
    settings: shownSettings(SETTING_ROWS, process.env)
  })
  if (statSync(file).size > MOST_BYTES) {
    rmSync(file)
    yield* Effect.logWarning(
      `the incident of slot ${halt.slot} at record ${halt.seq} is larger than ${MOST_BYTES} bytes, and not kept`
    )
    return null
  }
  return file
})

const inLog: Told = ({ slot, seq, violations }, file) =>
  file === null
    ? Effect.void
    : Effect.logError(
        `slot ${slot} broke its own rules at record ${seq}: ${violations.join("; ")}. The incident is kept in ${file}; ` +
          `prove it anywhere: kennel replay ${file}`
      )

/**
 * Writes a file for each halt that is explained from now on, or was shortly before (a process may have ended over it), and tells of it
 * (`told`; left out: in the log). Runs for ever; no failure of it stops anybody.
 */
export const haltFiles = Effect.fn("haltFiles")(function* (settings: OfSettings, told: Told = inLog) {
  const { tail, head, first } = yield* Journal
  const subjects = subjectsOf(settings)
  const from = Math.max(yield* first, (yield* head) - RECORDS_BEFORE)
  yield* tail({ from, filter: subjects.control("slot-actor") }).pipe(
    decoded,
    Stream.runForEach(({ seq, events }) =>
      Effect.forEach(
        events.filter((event) => event._tag === "HaltExplained"),
        (halt) =>
          write(settings, halt, seq).pipe(
            errand("the incident file of a halt"),
            Effect.flatMap((file) => told(halt, file)),
            Effect.catchCause((cause) =>
              Cause.hasInterruptsOnly(cause)
                ? Effect.interrupt
                : Effect.logWarning(`the incident of slot ${halt.slot} is not kept: ${messageOf(Cause.squash(cause))}`)
            )
          ),
        { discard: true }
      )
    ),
    Effect.catchCause((cause) =>
      Cause.hasInterruptsOnly(cause)
        ? Effect.interrupt
        : Effect.logWarning(`incidents: ${messageOf(Cause.squash(cause))}`)
    )
  )
  return yield* Effect.never
})
