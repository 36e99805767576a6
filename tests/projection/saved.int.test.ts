/** A recorded market in the tables, over the real PostgREST: the slots' phases around every transition, and the row `__v1__`. */
import { describe, expect, it } from "@effect/vitest"
import { Effect, Redacted, Schedule } from "effect"
import { savedMarket } from "../../app/registry.ts"
import { Projector } from "../../services/projector/projector.ts"
import { MemoryJournal } from "../../shared/journal/memory.ts"
import { Journal } from "../../shared/journal/port.ts"
import { Store } from "../../shared/store/port.ts"
import { makeStore } from "../../shared/store/supabase/store.ts"
import { type Postgrest, postgrestFound, postgrestOverPglite } from "../../shared/store/testing/postgrest.ts"
import { recordedLines, recordsOf, SUBJECTS } from "../journals/corpus.ts"

const RECORDS = recordsOf(recordedLines("rules-2-shapes-2-trading")).slice(0, 4_000)
const KEPT = { fills: 0, prices: 0, botEvents: 0 }
const pipeline = { sync_cursor: 17, last_sync_ts: 18, stream: { last_candle_ts: 19 } }

interface EventRow {
  readonly event_id: string
  readonly slot_id: number | null
  readonly event_type: string
  readonly from_state: string | null
  readonly to_state: string | null
  readonly details: { readonly because?: ReadonlyArray<{ readonly event: string; readonly rule: string }> }
}

const rowsOf = async ({ url, key }: Postgrest, market: string): Promise<ReadonlyArray<EventRow>> => {
  const all: Array<EventRow> = []
  for (;;) {
    const query = `select=event_id,slot_id,event_type,from_state,to_state,details&market=eq.${market}&order=event_id&offset=${all.length}`
    const headers = { authorization: `Bearer ${Redacted.value(key)}` }
    const page = (await (await fetch(`${url}/bot_events?${query}`, { headers })).json()) as ReadonlyArray<EventRow>
    if (page.length === 0) return all
    all.push(...page)
  }
}

const placeOf = ({ event_id }: EventRow): number => {
  const [seq = 0, index = 0] = event_id.split(".").map(Number)
  return seq * 1_000 + index
}

describe.runIf(postgrestFound())("a market in the tables", () => {
  it.live(
    "has the phase before and after each event of a slot, wherever the projector was stopped",
    () =>
      Effect.gen(function* () {
        const server = yield* postgrestOverPglite
        const store = makeStore({ url: server.url, key: server.key, restPath: "/" })
        /** Projects under this name up to each of these records, with another projector for each. */
        const projected = Effect.fnUntraced(
          function* (market: string, ...stops: ReadonlyArray<number>) {
            const journal = yield* Journal
            let written = 0
            for (const stop of stops) {
              const entries = RECORDS.slice(written, stop).map(({ subject, id, data }) => ({ subject, id, data }))
              yield* journal.appendAll(entries)
              written = stop
              const saved = savedMarket(Effect.succeed({ hmm_data_pipeline: pipeline }))
              yield* Effect.gen(function* () {
                const { status } = yield* Projector
                const caughtUp = Effect.map(status, ({ seq, head }) => seq === head)
                const waits = Schedule.spaced("50 millis")
                yield* Effect.repeat(caughtUp, { schedule: waits, until: (done) => done })
              }).pipe(
                Effect.provide(
                  Projector.layer({ market, priceEverySec: 10, keptDays: KEPT, subjects: SUBJECTS, saved })
                )
              )
            }
            return yield* Effect.promise(() => rowsOf(server, market))
          },
          Effect.provide(MemoryJournal.layer()),
          Effect.provideService(Store, store)
        )

        const rows = yield* projected("WHOLE", RECORDS.length)
        const own = rows.filter(({ slot_id, from_state }) => slot_id !== null && from_state !== null)
        const changes = own.filter(({ from_state, to_state }) => from_state !== to_state)
        const bySlot = Map.groupBy(
          changes.toSorted((a, b) => placeOf(a) - placeOf(b)),
          ({ slot_id }) => slot_id
        )
        expect(bySlot.size).toBeGreaterThan(1)
        const ends = [...bySlot].map(([slot, transitions]) => {
          // Each begins where the one before it ended.
          for (const [index, { from_state }] of transitions.entries()) {
            expect(from_state).toBe(index === 0 ? "S0" : transitions[index - 1]?.to_state)
          }
          return [String(slot), transitions.at(-1)?.to_state] as const
        })
        expect(new Set(changes.map(({ event_type }) => event_type))).toContain("OrderFilled")
        // What the clock does to a slot is a row of that slot, with what the slot made of it.
        const timedOut = changes.find(({ event_type }) => event_type === "ClockTicked")
        expect(timedOut?.details.because).toContainEqual(
          expect.objectContaining({ event: "ExitOrphaned", rule: expect.stringMatching(/^s[12]_timeout$/) })
        )

        const row = (yield* store.state.get("__v1__")) as Record<string, unknown> & {
          slots: Record<string, { phase: string }>
        }
        for (const [slot, phase] of ends) expect(row.slots[slot]?.phase).toBe(phase)
        expect(row).toMatchObject({
          market: "WHOLE",
          next_event_id: RECORDS.length + 1,
          mode: expect.any(String),
          constraints: { min_volume: expect.any(String) },
          _rebalancer_current_skew: expect.any(Number),
          _trend_fast_ema: expect.any(Number),
          _daily_loss_lock_active: expect.any(Boolean),
          target_layers: expect.any(Number),
          _hmm_trained: expect.any(Boolean),
          ohlcv_since_cursor: 17,
          ohlcv_last_sync_ts: 18,
          ohlcv_last_candle_ts: 19
        })
        expect(row["seen_fill_txids"]).not.toHaveLength(0)

        const stopped = yield* projected("STOPPED", 2_000, 2_001, RECORDS.length)
        expect(stopped).toStrictEqual(rows)
      }).pipe(Effect.scoped),
    120_000
  )
})
