/**
 * A service that has gone mad, or was taken over, writes absurd values where it may write: each field of each event with each absurd value
 * of its kind. A record that holds one does not decode, or every actor folds it and what comes after; no state takes a figure that is none.
 */
import { describe, expect, it } from "vitest"
import { decidersOf } from "../../app/registry.ts"
import { everyActorOf } from "../../app/leaves/journal.ts"
import { readSettings } from "../../app/settings.ts"
import { type Actor, placeIn } from "../../shared/actor/core/actor.ts"
import { ActorFold } from "../../shared/actor/fold.ts"
import { standingOf } from "../../shared/core/ids/subjects.ts"
import { NEWEST_RULES } from "../../shared/core/rules/versions.ts"
import { decodeRecord, ENVELOPE_VERSION, RecordUndecodable, type StoredRecord } from "../../shared/events/envelope.ts"
import type { MarketEvent } from "../../shared/events/event.ts"
import { recordedLines, recordsOf, SUBJECTS } from "../journals/corpus.ts"
import { type Absurdity, EVENT_KINDS, type EventKind, textWith } from "./absurd.ts"

const SLOTS = [1]
const { settings } = readSettings({})
const ACTORS: ReadonlyArray<Actor<unknown>> = everyActorOf(settings, SLOTS)
/** Whose states are kept and compared most; those that are shown are larger, and written down in the same way. */
const DECIDERS = new Set(decidersOf(SLOTS).map(({ name }) => name))

/** A market in which an event is met: what everybody had made of it by then, and where it stands. */
interface Scene {
  readonly record: Pick<StoredRecord, "seq" | "subject" | "timeMs" | "epoch" | "writer">
  readonly states: ReadonlyArray<unknown>
  readonly event: object
}

const decodes = (record: ReturnType<typeof recordsOf>[number]): StoredRecord | null => {
  try {
    return decodeRecord(record)
  } catch {
    return null
  }
}

/** The last place at which each event stands in a recorded journal, and the end of it. */
const scenesOf = (name: string): ReadonlyMap<string, Scene> => {
  const records = recordsOf(recordedLines(name)).flatMap((record) => {
    const stored = decodes(record)
    return stored === null ? [] : [{ record, stored }]
  })
  const lastAt = new Map<string, number>()
  for (const [at, { stored }] of records.entries()) for (const { _tag } of stored.events) lastAt.set(_tag, at)
  const folds = ACTORS.map((actor) => new ActorFold(actor, SUBJECTS))
  const scenes = new Map<string, Scene>()
  const raw = (data: Uint8Array, tag: string): object =>
    (JSON.parse(new TextDecoder().decode(data)) as { events: ReadonlyArray<{ _tag: string }> }).events.find(
      ({ _tag }) => _tag === tag
    ) ?? {}
  for (const [at, { record, stored }] of records.entries()) {
    for (const { _tag } of stored.events) {
      if (lastAt.get(_tag) !== at) continue
      scenes.set(_tag, { record: stored, states: folds.map(({ state }) => state), event: raw(record.data, _tag) })
    }
    for (const fold of folds) {
      try {
        fold.apply(stored, record.data)
      } catch {
        // A journal of trouble holds what does not fold: it is passed over, as there.
        fold.skip(stored.seq)
      }
    }
  }
  const last = records.at(-1)?.stored
  if (last !== undefined) scenes.set("", { record: last, states: folds.map(({ state }) => state), event: {} })
  return scenes
}

const SCENES = ["trading", "trouble", "scarce"].map((name) => scenesOf(`rules-2-shapes-2-${name}`))

const SUBJECT_OF: Readonly<Record<string, string>> = {
  price: SUBJECTS.price,
  clock: SUBJECTS.clock,
  candle: SUBJECTS.closedCandle("1m"),
  context: SUBJECTS.context("today"),
  order: SUBJECTS.order(1),
  slot: SUBJECTS.out("slot-1"),
  account: SUBJECTS.account,
  governor: SUBJECTS.out("governor"),
  command: SUBJECTS.command("x"),
  lease: SUBJECTS.lease("telegram"),
  rebalancer: SUBJECTS.out("rebalancer"),
  regime: SUBJECTS.regime,
  seal: SUBJECTS.seal
}

const sceneFor = ({ tag, family }: EventKind): Scene => {
  const met = SCENES.map((scenes) => scenes.get(tag)).find((scene) => scene !== undefined)
  const scene = met ?? SCENES[0]?.get("")
  if (scene === undefined) throw new Error("the recorded journals are empty")
  const control = family === "control" ? (tag === "FrameQuarantined" ? SUBJECTS.quarantine : SUBJECTS.control("x")) : ""
  return { ...scene, record: { ...scene.record, subject: family === "control" ? control : (SUBJECT_OF[family] ?? "") } }
}

/** What everybody folds next: prices and time go on. */
const follows: ReadonlyArray<MarketEvent> = ["PriceObserved", "ClockTicked", "BalancesObserved", "FeesObserved"].map(
  (tag) => {
    const scene = SCENES[0]?.get(tag)
    const bytes = new TextEncoder().encode(
      JSON.stringify({ v: 2, epoch: 1, timeMs: 1, writer: "x", cause: null, events: [scene?.event] })
    )
    const subject = scene?.record.subject ?? ""
    return decodeRecord({ seq: 1, subject, id: "x", data: bytes, storedMs: 0 }).events[0]
  }
)

/** More than sums of amounts that decode can come to here, in the smallest unit of any kind. */
const MOST = 10n ** 32n

/** Parts of states in which every number is one: states share most of what they hold with those before. */
const sound = new WeakSet<object>()

/** The first number in a state that is none; null: all are. */
const badNumber = (value: unknown, path = ""): string | null => {
  if (typeof value === "number") return Number.isFinite(value) ? null : `${path} is ${value}`
  if (typeof value === "bigint" && (value > MOST || value < -MOST)) return `${path} is ${value}`
  if (typeof value !== "object" || value === null || sound.has(value)) return null
  const held = value instanceof Map || value instanceof Set ? [...value] : value
  for (const [key, inner] of Object.entries(held)) {
    const bad = badNumber(inner, `${path}.${key}`)
    if (bad !== null) return bad
  }
  sound.add(value)
  return null
}

/** What goes wrong where this actor folds these events; null: nothing. */
const wrongWith = (
  actor: Actor<unknown>,
  before: unknown,
  events: ReadonlyArray<MarketEvent>,
  scene: Scene
): string | null => {
  let state = before
  try {
    for (const [index, event] of events.entries()) {
      const { seq, timeMs, epoch } = scene.record
      const subject = index === 0 ? scene.record.subject : SUBJECTS.account
      const standing = standingOf(subject)
      const step = actor.reduce(
        state,
        event,
        placeIn({ seq: seq + index, subject, timeMs: timeMs + 1_000 * index, ...standing }, 0, {
          epoch,
          rulesVersion: NEWEST_RULES
        })
      )
      for (const output of step.outputs) {
        const bad = badNumber(output)
        if (bad !== null) return `${actor.name} says ${output._tag}${bad}`
      }
      if (index === 0 && step.state === state && step.outputs.length === 0) return null
      state = step.state
    }
    const bad = badNumber(state)
    if (bad !== null) return `${actor.name}: state${bad}`
    if (!DECIDERS.has(actor.name)) return null
    const text = actor.encode(state)
    return actor.encode(actor.decode(text)) === text
      ? null
      : `${actor.name}: its state does not come back from its text`
  } catch (error) {
    return `${actor.name} throws ${String(error).slice(0, 160)}`
  }
}

interface Outcome {
  readonly decoded: number
  readonly refused: number
  readonly wrong: ReadonlyArray<string>
}

const named = ({ path, value }: Absurdity): string => `${path.join(".")} = ${JSON.stringify(value)?.slice(0, 40)}`

const tried = (kind: EventKind): Outcome => {
  const scene = sceneFor(kind)
  const whole = kind.whole({ ...scene.event, ...(kind.family === "command" ? { commandId: "x" } : {}) })
  const wrong: Array<string> = []
  let [decoded, refused] = [0, 0]
  for (const absurdity of kind.absurdities(whole)) {
    const event = textWith(whole, absurdity)
    const { seq, subject, epoch, timeMs } = scene.record
    const around = JSON.stringify({ v: ENVELOPE_VERSION, epoch, timeMs, writer: "x", cause: null })
    const data = new TextEncoder().encode(`${around.slice(0, -1)},"events":[${event}]}`)
    let met: MarketEvent
    try {
      met = decodeRecord({ seq, subject, id: "x", data, storedMs: 0 }).events[0]
    } catch (error) {
      if (!(error instanceof RecordUndecodable)) throw error
      refused++
      continue
    }
    decoded++
    for (const [place, actor] of ACTORS.entries()) {
      const problem = wrongWith(actor, scene.states[place], [met, ...follows], scene)
      if (problem !== null) wrong.push(`${kind.tag}: ${named(absurdity)}: ${problem}`)
    }
  }
  return { decoded, refused, wrong }
}

describe("an absurd value in a record", { timeout: 120_000 }, () => {
  it.each(EVENT_KINDS)("of $tag is refused, or folded by everybody", (kind) => {
    const { decoded, refused, wrong } = tried(kind)
    expect(wrong).toEqual([])
    // The rest of the event is one that decodes, so that a refusal is of that value.
    expect(Math.min(decoded, refused)).toBeGreaterThan(0)
  })
})
