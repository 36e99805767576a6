/** What the sections of the contract share. */
import { it } from "@effect/vitest"
import { Effect, Layer, References, type Scope } from "effect"
import {
  type Journal,
  type JournalCorrupt,
  type JournalEntry,
  type JournalOpenError,
  type JournalRecord,
  type SnapshotStore
} from "../port.ts"

export interface TargetOptions {
  readonly duplicateWindowMs?: number
  /** Most bytes; what counts is the adapter's affair, so tests only rely on "sooner or later full". */
  readonly maxBytes?: number
}

/** A store of its own for one test, empty, taking subjects under `market.TEST.`. */
export interface Target {
  /** Opens the store; building it a second time opens the same one again, unless `reopens` is false. */
  readonly layer: Layer.Layer<Journal | SnapshotStore, JournalOpenError | JournalCorrupt>
  /** Lets the duplicate window pass. */
  readonly passDuplicateWindow: Effect.Effect<void, unknown, Journal>
}

export interface Capabilities {
  /** What was stored is there when the store is opened again. */
  readonly reopens: boolean
  /** `test`: times come from the test's clock. `live`: from a server, and the test runs on the real clock. */
  readonly clock: "test" | "live"
  /** The shortest duplicate window that makes sense in a test, milliseconds. */
  readonly shortWindowMs: number
}

export const bytes = (text: string) => new TextEncoder().encode(text)
export const price = "market.TEST.price"
export const out = (slot: number) => `market.TEST.out.slot-${slot}`
export const entry = (subject: string, id: string, data: string | Uint8Array = id): JournalEntry => ({
  subject,
  id,
  data: typeof data === "string" ? bytes(data) : data
})
export const entries = (count: number, subject = price): ReadonlyArray<JournalEntry> =>
  Array.from({ length: count }, (_, place) => entry(subject, `${subject}-${place + 1}`))
export const seqs = (records: ReadonlyArray<JournalRecord>) => records.map(({ seq }) => seq)
export const upTo = (count: number) => Array.from({ length: count }, (_, place) => place + 1)
export const plain = (record: JournalRecord | null) =>
  record === null ? null : { seq: record.seq, subject: record.subject, id: record.id, data: [...record.data] }

/** What an adapter says when it opens is not the subject here. */
const quietly = Effect.provideService(References.MinimumLogLevel, "Error")

type Needs = Journal | SnapshotStore

/** How a section states its sentences about one adapter. */
export interface ContractSection {
  readonly capabilities: Capabilities
  readonly make: MakeTarget
  /** A sentence about one open journal. */
  readonly holds: (
    sentence: string,
    body: (target: Target) => Effect.Effect<unknown, unknown, Needs | Scope.Scope>,
    options?: TargetOptions
  ) => void
  /** A sentence about a journal that is closed and opened again between two steps. */
  readonly holdsAcrossReopening: (
    sentence: string,
    before: (target: Target) => Effect.Effect<unknown, unknown, Needs>,
    after: Effect.Effect<unknown, unknown, Needs>,
    options?: TargetOptions
  ) => void
}

export type MakeTarget = (options: TargetOptions) => Effect.Effect<Target, unknown, Scope.Scope>

export const makeSection = (make: MakeTarget, capabilities: Capabilities): ContractSection => {
  const run = capabilities.clock === "test" ? it.effect : it.live
  return {
    capabilities,
    make,
    holds: (sentence, body, options = {}) => {
      run(sentence, () =>
        Effect.gen(function* () {
          const target = yield* make(options)
          yield* body(target).pipe(Effect.provide(target.layer))
        }).pipe(quietly)
      )
    },
    holdsAcrossReopening: (sentence, before, after, options = {}) => {
      if (!capabilities.reopens) return
      run(sentence, () =>
        Effect.gen(function* () {
          const target = yield* make(options)
          yield* before(target).pipe(Effect.provide(Layer.fresh(target.layer)))
          yield* after.pipe(Effect.provide(Layer.fresh(target.layer)))
        }).pipe(quietly)
      )
    }
  }
}
