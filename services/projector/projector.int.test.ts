/** The projector over a journal in memory and the embedded store, with what can go wrong between it and the store. */
import { expect, layer } from "@effect/vitest"
import { Context, Effect, Layer, Redacted, Stream } from "effect"
import { TestClock } from "effect/testing"
import { Price, Quote, Volume } from "../../shared/core/decimal/decimal.ts"
import { clientIdOf } from "../../shared/core/ids/clientId.ts"
import { encodeEntry } from "../../shared/events/envelope.ts"
import type { MarketEvent } from "../../shared/events/event.ts"
import { marketSubjects } from "../../shared/core/ids/subjects.ts"
import { MemoryJournal } from "../../shared/journal/memory.ts"
import { defineActor } from "../../shared/actor/core/actor.ts"
import { Journal, SnapshotStore } from "../../shared/journal/port.ts"
import { type SavedMarket, shows } from "../../shared/service/manifest.ts"
import { openEmbedded } from "../../shared/store/embedded/store.ts"
import { Store } from "../../shared/store/port.ts"
import type { Fetch } from "../../shared/store/supabase/client.ts"
import { makeStore } from "../../shared/store/supabase/store.ts"
import { forgetProjection } from "./cursor.ts"
import { Projector } from "./projector.ts"
import type { KeptDays } from "./retention.ts"

const subjects = marketSubjects("XDGUSD")
const reason = { rule: "bootstrap_A", numbers: {} } as const
const EPOCH = 1

const price = (cents: number): MarketEvent => ({
  _tag: "PriceObserved",
  last: Price.parse(`0.${cents}`),
  bid: Price.parse("0.1"),
  ask: Price.parse("0.3")
})
const requested = (localId: number): MarketEvent => ({
  _tag: "OrderRequested",
  localId,
  side: localId % 2 === 0 ? "buy" : "sell",
  role: "entry",
  tradeId: "A",
  cycle: 1,
  price: Price.parse("0.2"),
  volume: Volume.parse("13"),
  postOnly: true,
  layers: 0,
  reason
})
const filled = (localId: number, seq: number): MarketEvent => ({
  _tag: "FillRecorded",
  localId,
  clientId: clientIdOf({ epoch: EPOCH, slot: 1, seq, index: 0 }),
  txid: `O${localId}`,
  execId: `E${localId}`,
  price: Price.parse("0.2"),
  volume: Volume.parse("13"),
  cost: Quote.parse("2.6"),
  fee: Quote.parse("0.0065"),
  liquidity: "maker"
})

/** One round of a market: a price, an order and its fill; a second of exchange time each. */
const appendRounds = Effect.fnUntraced(function* (from: number, count: number, prefix = "r") {
  const journal = yield* Journal
  let seq = yield* journal.head
  for (let round = from; round < from + count; round++) {
    const envelope = { epoch: EPOCH, timeMs: round * 1_000, writer: "test", cause: null } as const
    const entry = (what: string, subject: string, event: MarketEvent) =>
      encodeEntry(subject, `${prefix}.${round}.${what}`, { ...envelope, events: [event] })
    yield* journal.appendAll([
      entry("price", subjects.price, price(1_000 + round)),
      entry("requested", subjects.out("slot-1"), requested(round)),
      entry("filled", subjects.order(1), filled(round, seq + 2))
    ])
    seq += 3
  }
})

/** One database for all tests; each has a market of its own in it. */
class Embedded extends Context.Service<Embedded, Fetch>()("kennel/projector/test/Embedded") {}

/** The embedded store behind a `fetch` that a test may break. */
const breakableStore = Effect.fnUntraced(function* (
  market: string,
  kept: Partial<KeptDays> = {},
  shown: SavedMarket["parts"] = []
) {
  const embedded = yield* Embedded
  const between: { fault: ((path: string, body: string, send: () => Promise<Response>) => Promise<Response>) | null } =
    {
      fault: null
    }
  const fetch: Fetch = (input, init) => {
    const send = () => embedded(input, init)
    const body = typeof init.body === "string" ? init.body : ""
    return between.fault === null ? send() : between.fault(new URL(input).pathname, body, send)
  }
  /** Every row of the tables, in the order of their keys. */
  const rows = Effect.promise(async () => {
    const read = async (table: string, columns: string) => {
      const all: Array<unknown> = []
      for (;;) {
        const url = `http://store.invalid/rest/v1/${table}?select=${columns}&market=eq.${market}&order=event_id&offset=${all.length}`
        const page = (await (await embedded(url, {})).json()) as ReadonlyArray<unknown>
        if (page.length === 0) return all
        all.push(...page)
      }
    }
    return {
      fills: await read("fills", "event_id,time,slot_id,local_id,side,price::text,exec_id"),
      prices: await read("price_history", "event_id,time,last::text"),
      botEvents: await read("bot_events", "event_id,timestamp,slot_id,event_type,details")
    }
  })
  const store = makeStore({ url: "http://store.invalid", key: Redacted.make("none"), fetch })
  const parts = Layer.succeed(Store, store)
  // No slot is named in these journals.
  const saved = { slot: () => expect.fail("no slot"), parts: shown, told: Effect.succeed({}) }
  const keptDays = { fills: 0, prices: 0, botEvents: 0, ...kept }
  const rules = { market, priceEverySec: 10, keptDays, subjects, saved }
  return { between, rows, parts, projecting: Projector.layer(rules).pipe(Layer.provide(parts)) }
})

/** Moves the clock in small steps, with room for real answers in between, until something holds. */
const until = Effect.fnUntraced(function* <E, R>(holds: Effect.Effect<boolean, E, R>, what: string) {
  for (let step = 0; step < 1_000_000; step++) {
    if (yield* holds) return
    yield* TestClock.adjust("20 millis")
    yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
  }
  return expect.fail(`never: ${what}`)
})

const caughtUp = Effect.gen(function* () {
  const { seq, head, trouble } = yield* (yield* Projector).status
  return seq === head && trouble === null
})

layer(Layer.effect(Embedded, openEmbedded(null)))("the projector", (it) => {
  it.effect("rows are the journal's, and after projecting from zero they are the same", () =>
    Effect.gen(function* () {
      const { rows, parts, projecting } = yield* breakableStore("ZERO")
      yield* appendRounds(1, 700)
      const run = until(caughtUp, "caught up").pipe(Effect.provide(projecting))
      yield* run
      const first = yield* rows
      expect(first.fills).toHaveLength(700)
      expect(first.fills).toContainEqual({
        event_id: "6.0",
        time: 2,
        slot_id: 1,
        local_id: 2,
        side: "buy",
        price: "0.2",
        exec_id: "E2"
      })
      expect(first.prices).toHaveLength(71)
      expect(first.botEvents).toHaveLength(1_400)

      yield* forgetProjection("ZERO").pipe(Effect.provide(parts))
      expect((yield* rows).fills).toHaveLength(0)
      yield* run
      expect(yield* rows).toStrictEqual(first)
    }).pipe(Effect.provide(MemoryJournal.layer()))
  )

  it.effect("what was dropped before it was projected is missing, and everything after it comes", () =>
    Effect.gen(function* () {
      const { rows, projecting } = yield* breakableStore("GONE")
      const run = until(caughtUp, "caught up").pipe(Effect.provide(projecting))
      yield* appendRounds(1, 10)
      yield* run
      // It is away while ten rounds come, and all but the last two go.
      yield* appendRounds(11, 10)
      const journal = yield* Journal
      yield* journal.dropBefore(55)
      yield* run
      const { fills } = yield* rows
      expect(fills.length).toBe(12)
    }).pipe(Effect.provide(MemoryJournal.layer()))
  )

  it.effect("a store that is down for an hour costs nothing but the hour, and little memory", () =>
    Effect.gen(function* () {
      const { between, rows, projecting } = yield* breakableStore("HOUR")
      const journal = yield* Journal
      let pulled = 0
      const counting = Journal.of({
        ...journal,
        tail: (options) => journal.tail(options).pipe(Stream.tap(() => Effect.sync(() => void pulled++)))
      })
      yield* appendRounds(1, 1_500)
      between.fault = () => Promise.reject(new TypeError("connection refused"))
      yield* Effect.gen(function* () {
        const { status } = yield* Projector
        yield* until(
          Effect.map(status, ({ trouble }) => trouble !== null),
          "trouble"
        )
        for (let minute = 0; minute < 60; minute++) {
          yield* TestClock.adjust("1 minute")
          yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
        }
        const waiting = yield* status
        expect(waiting.seq).toBe(0)
        expect(waiting.trouble ?? "").toMatch(/state\.get.*connection refused/)

        // Back for the cursor's reading only: rows still fail, and the journal is not read on meanwhile.
        between.fault = (path, _, send) =>
          path.endsWith("/bot_state") ? send() : Promise.reject(new TypeError("connection refused"))
        yield* until(
          Effect.map(status, ({ trouble }) => trouble?.includes("fills.upsert") === true),
          "rows fail"
        )
        yield* TestClock.adjust("1 hour")
        expect(pulled, "of 4,500 records").toBeLessThan(3_000)
      }).pipe(Effect.provide(projecting), Effect.provideService(Journal, counting))

      // The process is stopped there; the next one goes on where rows were stored last.
      between.fault = null
      yield* until(caughtUp, "caught up").pipe(Effect.provide(projecting))
      const { fills, botEvents } = yield* rows
      expect(fills).toHaveLength(1_500)
      expect(botEvents).toHaveLength(3_000)
    }).pipe(Effect.provide(MemoryJournal.layer()))
  )

  it.effect("answers that are lost after the commit leave every row once", () =>
    Effect.gen(function* () {
      const { between, rows, projecting } = yield* breakableStore("LOST")
      yield* appendRounds(1, 50)
      let requests = 0
      // Every second answer is lost, the cursor's too.
      between.fault = async (_, __, send) => {
        const answer = await send()
        if (++requests % 2 === 1) throw new TypeError("the connection broke")
        return answer
      }
      yield* until(caughtUp, "caught up").pipe(Effect.provide(projecting))
      expect(requests).toBeGreaterThan(8)
      const { fills, botEvents } = yield* rows
      expect(fills).toHaveLength(50)
      expect(botEvents).toHaveLength(100)
    }).pipe(Effect.provide(MemoryJournal.layer()))
  )

  it.effect("a table that is missing is waited for, and what came meanwhile is not lost", () =>
    Effect.gen(function* () {
      const { between, rows, projecting } = yield* breakableStore("MISSING")
      yield* appendRounds(1, 10)
      between.fault = (path, _, send) =>
        path.endsWith("/bot_events")
          ? Promise.resolve(
              Response.json({ code: "42P01", message: 'relation "bot_events" does not exist' }, { status: 404 })
            )
          : send()
      yield* Effect.gen(function* () {
        const { status } = yield* Projector
        yield* until(
          Effect.map(status, ({ trouble }) => trouble?.includes("apply supabase/migrations") === true),
          "trouble"
        )
        yield* appendRounds(11, 10)
        between.fault = null
        yield* until(caughtUp, "caught up")
      }).pipe(Effect.provide(projecting))
      expect((yield* rows).botEvents).toHaveLength(40)
    }).pipe(Effect.provide(MemoryJournal.layer()))
  )

  const DAY_SEC = 86_400
  const agedRows = Effect.fnUntraced(function* (market: string, wallSec: number) {
    const { rows, projecting } = yield* breakableStore(market, { prices: 10, botEvents: 20 })
    yield* TestClock.setTime(wallSec * 1_000)
    yield* appendRounds(1, 30)
    yield* appendRounds(15 * DAY_SEC, 1)
    yield* appendRounds(30 * DAY_SEC, 2)
    yield* until(caughtUp, "caught up").pipe(Effect.provide(projecting))
    const { fills, prices, botEvents } = yield* rows
    return [fills.length, prices.length, botEvents.length]
  }, Effect.provide(MemoryJournal.layer()))

  it.effect("rows go once they are older than their table keeps them, by the exchange's clock", () =>
    Effect.gen(function* () {
      // Of a fill's round the order and the fill stand in bot_events too.
      expect(yield* agedRows("AGED", 40 * DAY_SEC)).toStrictEqual([33, 1, 6])
    })
  )

  it.effect("a record whose time is ahead of the wall's empties no table", () =>
    Effect.gen(function* () {
      expect(yield* agedRows("AHEAD", 100)).toStrictEqual([33, 6, 66])
    })
  )

  it.effect("a row that the store refuses is counted and left out; its neighbours are not", () =>
    Effect.gen(function* () {
      const { between, rows, projecting } = yield* breakableStore("REFUSED")
      yield* appendRounds(1, 20)
      between.fault = (_, body, send) =>
        body.includes('"E7"')
          ? Promise.resolve(Response.json({ code: "23514", message: "violates a check" }, { status: 400 }))
          : send()
      const refused = yield* Effect.gen(function* () {
        yield* until(caughtUp, "caught up")
        return (yield* (yield* Projector).status).refusedRows
      }).pipe(Effect.provide(projecting))
      // The fill itself and the event that tells of it.
      expect(refused).toBe(2)
      const { fills, botEvents } = yield* rows
      expect(fills).toHaveLength(19)
      expect(botEvents).toHaveLength(39)
    }).pipe(Effect.provide(MemoryJournal.layer()))
  )

  it.effect(
    "a journal that was begun anew replaces the rows of the old one; a record nobody can read stands as such",
    () =>
      Effect.gen(function* () {
        const { rows, projecting } = yield* breakableStore("ANEW")
        const run = until(caughtUp, "caught up").pipe(Effect.provide(projecting))
        yield* Effect.andThen(appendRounds(1, 30, "old"), run).pipe(Effect.provide(MemoryJournal.layer()))
        yield* Effect.gen(function* () {
          const journal = yield* Journal
          yield* appendRounds(1, 3, "new")
          yield* journal.append({ subject: subjects.price, id: "garbage", data: new Uint8Array([123]) })
          yield* run
        }).pipe(Effect.provide(MemoryJournal.layer()))
        const { fills, botEvents } = yield* rows
        expect(fills).toHaveLength(3)
        expect(botEvents).toHaveLength(7)
        expect(JSON.stringify(botEvents)).toContain("RecordUndecodable")
      })
  )

  it.effect("its rows go on behind a record that nobody can read, and no snapshot of the market stands there", () =>
    Effect.gen(function* () {
      const counting = defineActor<number>({
        name: "counting",
        version: "1",
        initial: 0,
        reduce: (count) => ({ state: count + 1, outputs: [] })
      })
      const shown = [shows(counting, (counted) => ({ counted }))]
      const { rows, projecting } = yield* breakableStore("UNREAD", {}, shown)
      const run = until(caughtUp, "caught up").pipe(Effect.provide(projecting))
      const seqs = Effect.gen(function* () {
        return (yield* (yield* SnapshotStore).load("counting")).map(({ seq }) => seq)
      })
      yield* appendRounds(1, 3)
      yield* run
      expect(yield* seqs).toStrictEqual([9])
      const journal = yield* Journal
      yield* journal.append({ subject: subjects.out("slot-1"), id: "garbage", data: new Uint8Array([123]) })
      yield* appendRounds(4, 2)
      yield* run
      expect((yield* rows).fills).toHaveLength(5)
      // An actor that began behind it would not wait for an operator's answer.
      expect(yield* seqs).toStrictEqual([9])
    }).pipe(Effect.provide(MemoryJournal.layer()))
  )

  it.effect.each([0, 3])(
    "rows of records that the journal lost while they were written are gone, behind %i rounds",
    (before) =>
      Effect.gen(function* () {
        const { between, rows, projecting } = yield* breakableStore(`LOST_${before}`)
        const last = 3 * (before + 2)
        yield* Effect.gen(function* () {
          if (before > 0) yield* appendRounds(1, before)
          yield* until(caughtUp, "caught up").pipe(Effect.provide(projecting))
          yield* appendRounds(before + 1, 2, "lost")
          // Every row comes to be, and the word that they have been written does not.
          between.fault = (path, body, send) =>
            path.endsWith("/bot_state") && body.includes(`"version":2,"seq":${last},`)
              ? Promise.reject(new Error("power cut"))
              : send()
          yield* until(
            Effect.map(rows, ({ fills }) => fills.length === before + 2),
            "rows written"
          ).pipe(Effect.provide(projecting))
        }).pipe(Effect.provide(MemoryJournal.layer()))
        between.fault = null
        yield* Effect.gen(function* () {
          if (before > 0) yield* appendRounds(1, before)
          yield* appendRounds(before + 1, 1, "other")
          yield* until(caughtUp, "caught up").pipe(Effect.provide(projecting))
        }).pipe(Effect.provide(MemoryJournal.layer()))
        const { fills, prices } = yield* rows
        expect(fills).toHaveLength(before + 1)
        expect(prices).toHaveLength(1)
      })
  )
})
