/**
 * A user that fills the share of the snapshots: each may write under its own names, and no server bounds one user's part of a bucket. On a
 * real server with `nats.conf` as it ships, but for a share that is soon full. The table is printed.
 */
import { jetstream } from "@nats-io/jetstream"
import { Effect, Layer, Logger, Stream } from "effect"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { readSettings } from "../../app/settings.ts"
import { natsCheck } from "../../cli/commands/doctor/nats.ts"
import { raiseEpoch } from "../../shared/actor/control/control.ts"
import { defineActor, ofAnyKind } from "../../shared/actor/core/actor.ts"
import { runActors } from "../../shared/actor/runtime.ts"
import { sealEra } from "../../shared/actor/seals/sealJournal.ts"
import { lastSeal } from "../../shared/actor/seals/seals.ts"
import { encodeEntry } from "../../shared/events/envelope.ts"
import { natsServerFound } from "../../shared/journal/nats/testing/testServer.ts"
import { Journal, SnapshotStore } from "../../shared/journal/port.ts"
import { market, passwordOf, type ShippedServer, startShipped, STREAM } from "./shippedServer.ts"

const SLOT = "slot-3"
/** Bytes of the share here, and of what fills it: the last piece that fits leaves no room for a snapshot. */
const SHARE = 2_000_000
const PIECES = [7_000, 500, 50, 1]

/** Says at every tick how many there were. */
const counter = ofAnyKind(
  defineActor<{ readonly ticks: number }>({
    name: SLOT,
    version: "1",
    initial: { ticks: 0 },
    reduce: ({ ticks }, event) => {
      if (event._tag !== "ClockTicked") return { state: { ticks }, outputs: [] }
      const reason = { rule: "configured", numbers: { ticks: ticks + 1 } } as const
      return {
        state: { ticks: ticks + 1 },
        outputs: [{ _tag: "DecisionRefused", what: "bootstrap", unfunded: false, reason }]
      }
    }
  })
)

const table: Array<string> = []

describe.runIf(natsServerFound())("a user that fills the share of the snapshots", { timeout: 120_000 }, () => {
  let server: ShippedServer
  let ticked = 0

  beforeAll(async () => {
    server = await startShipped((config) => config.replace(/max_store: 4GB/, `max_store: ${SHARE}`))
  })
  afterAll(async () => {
    process.stdout.write(`${["full share: outcome", ...table].join("\n")}\n`)
    await server.dispose()
  })

  const as = (user: string) => Effect.provide(Layer.fresh(server.journalOf(user)))
  const start = raiseEpoch({
    ...{ subjects: market, service: "market-feed", reason: "start", timeMs: 0 },
    ...{ watchesOrders: false, fitsModels: false }
  })
  const tick = Effect.gen(function* () {
    const timeMs = 1_000 * ++ticked
    const envelope = { epoch: 1, timeMs, writer: "market-feed", cause: null } as const
    const event = { _tag: "ClockTicked", priceAgeSec: null } as const
    const { append } = yield* Journal
    yield* append(encodeEntry(market.clock, `tick.${ticked}`, { ...envelope, events: [event] }))
  })
  /** The slot's service runs while so many ticks happen, each once the one before is answered: it rests in between. What it logs. */
  const runs = async (count: number): Promise<ReadonlyArray<string>> => {
    const said: Array<string> = []
    const logger = Logger.make(({ message }) => void said.push(String(message)))
    await Effect.gen(function* () {
      const feed = yield* Layer.build(Layer.fresh(server.journalOf("market-feed")))
      const journal = yield* Journal
      const answered = Effect.suspend(() =>
        journal.tail({ from: 1, filter: market.out(SLOT) }).pipe(Stream.take(ticked), Stream.runDrain)
      )
      const each = Array.from({ length: count }, () => Effect.andThen(Effect.provideContext(tick, feed), answered))
      const host = { host: "slot-actor", subjects: market, actors: [counter], publish: true, snapshotEvery: 2 }
      yield* Effect.raceFirst(Effect.all(each), runActors(host))
    }).pipe(Effect.scoped, as("slot-actor"), Effect.provide(Logger.layer([logger])), Effect.runPromise)
    return said.filter((line) => line.includes("snapshot"))
  }
  const kept = () =>
    Effect.flatMap(SnapshotStore, (store) => store.load(SLOT)).pipe(
      as("slot-actor"),
      Effect.map((snapshots) => snapshots.map(({ seq }) => seq)),
      Effect.runPromise
    )
  const found = () => {
    const env = { NATS_URL: server.url, NATS_USER: "operator", NATS_PASSWORD: passwordOf("operator") }
    const settings = readSettings(env).settings
    return natsCheck(settings).look.pipe(
      Effect.map((findings) => findings.filter(({ finding }) => finding.includes("snapshots"))),
      Effect.runPromise
    )
  }
  const fill = async (user: string) => {
    const publisher = jetstream(await server.connectAs(user))
    let key = 0
    for (const bytes of PIECES) {
      const fits = () =>
        publisher.publish(`$KV.${STREAM}_snapshots.${user}.${key++}`, new Uint8Array(bytes), { timeout: 5_000 }).then(
          () => true,
          () => false
        )
      while (await fits()) continue
    }
  }

  test("stops no service: it goes on deciding, says once that nothing is kept, and starts from what was", async () => {
    await Effect.runPromise(start.pipe(as("market-feed")))
    expect(await runs(1)).toEqual([])
    const before = await kept()
    expect(before.length).toBeGreaterThan(0)

    await fill("projector")
    expect(await runs(20)).toEqual([
      expect.stringMatching(/^slot-actor: snapshot not saved: .*slot-3.*; it goes on without, and a start folds more/)
    ])
    expect(await kept()).toEqual(before)
    // Every answer stands in the journal once, and the next start continues them from the older snapshot.
    expect(await runs(20)).toHaveLength(1)
    expect(await kept()).toEqual(before)
    table.push("projector × fills the share × slot-actor: decides on, says it once, starts from older snapshots")
  })

  test("keeps eras from being sealed, and says so; nothing is sealed whose states are not kept", async () => {
    const seal = sealEra({ subjects: market, service: "journal-keeper", actorsOf: () => [counter] })
    await fill("projector")
    const failed = await Effect.runPromise(Effect.flip(seal).pipe(as("journal-keeper")))
    expect(failed).toMatchObject({ _tag: "JournalUnavailable", message: expect.stringMatching(/sealed-slot-3/) })
    expect(await Effect.runPromise(lastSeal(market).pipe(as("journal-keeper")))).toBeNull()
    table.push("projector × fills the share × journal-keeper: seals nothing, says why, tries again ever more rarely")
  })

  test("is named by the doctor", async () => {
    expect(await found()).toContainEqual(
      expect.objectContaining({
        level: "warn",
        finding: expect.stringMatching(/of snapshots, most keys under projector: \d+$/)
      })
    )
    table.push("projector × fills the share × doctor: names the bucket and the shelf")
  })
})
