/**
 * Notes: what a service in a process of its own shows. It leaves its blocks in the store every few seconds, under a key of its
 * own; the control plane reads them there, and what is old counts as silence.
 */
import { Clock, Effect, Option, Schema, SubscriptionRef } from "effect"
import type { Blocks, ServiceError } from "../shared/service/manifest.ts"
import { Store, type StoreError } from "../shared/store/port.ts"
import { type Service, SERVICES } from "./registry.ts"
import type { Settings } from "./settings.ts"
import { storeLayer } from "./leaves/store.ts"

/** Between two notes in the store, and two looks at them. */
const NOTE_EVERY_MS = 5_000
/** A service that has left no note for so long is not running. Wall time. */
const SILENT_AFTER_MS = 12 * NOTE_EVERY_MS

const Note = Schema.Struct({ atMs: Schema.Finite, blocks: Schema.Record(Schema.String, Schema.Unknown) })
const keyOf = ({ pair }: Settings, { name }: Pick<Service, "name">): string => `shown.${pair}.${name}`

/** What went wrong with the store or what stands on it, where people look for candles. */
export const degraded = (reason: string): Blocks => ({ data: { status: "degraded", reasons: [reason] } })

/** For a service in a process of its own: puts what it shows into the store, at most one note in five seconds. */
export const noteInStore = Effect.fn("noteInStore")(function* (settings: Settings, service: Pick<Service, "name">) {
  const { state } = yield* Store
  let nextMs = 0
  return (blocks: Blocks) =>
    Effect.gen(function* () {
      const atMs = yield* Clock.currentTimeMillis
      if (atMs < nextMs) return
      nextMs = atMs + NOTE_EVERY_MS
      yield* state.put(keyOf(settings, service), { atMs, blocks }).pipe(Effect.ignore)
    })
})

/** What a service's last note shows, or what is shown in place of it. */
const readNote = Effect.fnUntraced(function* (settings: Settings, service: Service) {
  const { whenSilent, name } = service
  if (whenSilent === undefined) return {}
  const { state } = yield* Store
  const note = Schema.decodeUnknownOption(Note)(yield* state.get(keyOf(settings, service)))
  if (Option.isNone(note)) return whenSilent(null, `service ${name} has not spoken yet`)
  const { atMs, blocks } = note.value
  const silentMs = (yield* Clock.currentTimeMillis) - atMs
  if (silentMs < SILENT_AFTER_MS) return blocks
  return whenSilent(blocks, `service ${name} has been silent for ${Math.round(silentMs / 1_000)} s`)
})

/** The other side of `noteInStore`: the blocks of every service that leaves notes. */
export const readNotes = (settings: Settings): Effect.Effect<Blocks, StoreError, Store> =>
  Effect.map(
    Effect.forEach(SERVICES, (service) => readNote(settings, service)),
    (all): Blocks => Object.assign({}, ...all)
  )

/** Keeps `told` as the notes say. Without a store that is shared there is nothing to do. */
export const followNotes = (
  settings: Settings,
  told: SubscriptionRef.SubscriptionRef<Blocks>
): Effect.Effect<never, ServiceError> =>
  settings.supabaseUrl === ""
    ? Effect.never
    : readNotes(settings).pipe(
        Effect.catch((error) => Effect.succeed(degraded(error.message))),
        Effect.flatMap((blocks) => SubscriptionRef.update(told, (before) => ({ ...before, ...blocks }))),
        Effect.andThen(Effect.sleep(NOTE_EVERY_MS)),
        Effect.forever,
        Effect.provide(storeLayer(settings))
      )
