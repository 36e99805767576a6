/** A queue that only waits is left alone, and that is known without asking it of each: looking at each entry gives the same. */
import * as fc from "fast-check"
import { describe, expect, it } from "@effect/vitest"
import { Price, Quote, Volume } from "../../../../shared/core/decimal/decimal.ts"
import { NEWEST_RULES } from "../../../../shared/core/rules/versions.ts"
import { accepted, fill, GovernorStory, request } from "../../testing/governorDriver.ts"
import { type Draft, openDraft } from "../draft.ts"
import type { GovernorState } from "../state.ts"
import { governorVariants } from "../variants.ts"
import { waitingOf } from "../orderTable.ts"
import { readyForEntries } from "../mode/startup.ts"
import { drain, settle, waitsOn } from "./scheduler.ts"

const SEED = 20_261_130
const SLOTS = [1, 2, 3, 4, 5]

const slot = fc.constantFrom(...SLOTS)
const happening = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("entry" as const),
      slot,
      side: fc.constantFrom("buy" as const, "sell" as const),
      volume: fc.integer({ min: 13, max: 300 }),
      permille: fc.integer({ min: 1, max: 9 })
    })
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("takes" as const), pick: fc.nat(20), whole: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("waits" as const), sec: fc.integer({ min: 1, max: 31 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("money" as const), doge: fc.nat(2_000), usd: fc.nat(200) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("counted" as const), ours: fc.integer({ min: 0, max: 62 }) }) }
)
type Happening = typeof happening extends fc.Arbitrary<infer A> ? A : never

/** What may have changed since the queue was last looked at, without an event of its own. */
const meanwhile = fc.record({
  permille: fc.integer({ min: -12, max: 12 }),
  laterSec: fc.constantFrom(0, 1, 40),
  spent: fc.constantFrom(0, 0, 50, 2_000),
  held: fc.constantFrom(0, 0, 100, 5_000),
  grants: fc.constantFrom(0, 1, 2),
  retiring: fc.option(slot),
  mode: fc.constantFrom("RUNNING", "RUNNING", "RUNNING", "PAUSED"),
  makerPct: fc.constantFrom(0.25, 0.25, 1)
})
type Meanwhile = typeof meanwhile extends fc.Arbitrary<infer A> ? A : never

const happen = (story: GovernorStory, what: Happening, id: number): void => {
  if (what.do === "entry") {
    const price = String((what.side === "buy" ? 1_000 - what.permille : 1_000 + what.permille) / 10_000)
    story.slot(what.slot, request(id, { side: what.side, volume: String(what.volume), price }))
  } else if (what.do === "waits") story.after(what.sec)
  else if (what.do === "money") story.balances(String(what.doge), String(what.usd))
  else if (what.do === "counted") story.account({ _tag: "OpenOrdersObserved", ours: what.ours, foreign: 0 })
  else {
    const granted = story.state.orders.filter(({ stage }) => stage === "granted" || stage === "open")
    const order = granted[what.pick % Math.max(1, granted.length)]
    if (order === undefined) return
    if (order.stage === "granted") story.order(order.slot, accepted(order.localId))
    else if (what.whole) story.order(order.slot, fill(order.localId, "5"))
  }
}

const after = (state: GovernorState, what: Meanwhile): GovernorState => {
  const { market, slots, mode, scheduler } = state
  const number = (1_000 + what.permille) / 10_000
  const held = <A extends { readonly hold: bigint }>(one: A, hold: A["hold"]): A => ({ ...one, hold })
  const { balances, fees } = market
  return {
    ...state,
    nowMs: state.nowMs + what.laterSec * 1_000,
    market: {
      ...market,
      price: Price.fromNumber(number, 6),
      priceNumber: number,
      spentBase: Volume.fromNumber(what.spent),
      spentQuote: Quote.fromNumber(what.spent / 10),
      balances: balances && {
        ...balances,
        base: held(balances.base, Volume.fromNumber(what.held)),
        quote: held(balances.quote, Quote.fromNumber(what.held / 10))
      },
      fees: fees && { ...fees, makerPct: what.makerPct }
    },
    scheduler: { ...scheduler, grantedInLoop: Math.max(scheduler.grantedInLoop, what.grants) },
    mode: { ...mode, mode: what.mode === "PAUSED" ? "PAUSED" : mode.mode },
    slots: {
      ...slots,
      slots: slots.slots.map((one) => (one.slot === what.retiring ? { ...one, state: "retiring" as const } : one))
    }
  }
}

describe("a queue of entries", () => {
  it(`is drained as by looking at each of them, whatever has changed (seed ${SEED})`, () => {
    let [leftAlone, moved] = [0, 0]
    fc.assert(
      fc.property(
        fc.array(fc.tuple(happening, meanwhile), { minLength: 10, maxLength: 60 }),
        fc.integer({ min: 0, max: 3 }),
        (happenings, maxEntryAddsPerLoop) => {
          const story = new GovernorStory().running({ maxEntryAddsPerLoop }, SLOTS).balances("1500", "150").nextLoop()
          for (const [at, [what, changed]] of happenings.entries()) {
            happen(story, what, at + 1)
            const state = after(story.state, changed)
            const [quick, each] = [draftOf(state), draftOf(state)]
            if (state.scheduler.queue.length > 0 && waitsOn(quick)) leftAlone++
            drain(quick)
            drainEach(each)
            expect(quick).toStrictEqual(each)
            if (each.outputs.length > 0) moved++
          }
        }
      ),
      { seed: SEED, numRuns: 250 }
    )
    expect(Math.min(leftAlone, moved)).toBeGreaterThan(300)
  })
})

/** Looks at each of them whatever the budget: what `drain` amounts to. */
const drainEach = (draft: Draft): void => {
  if (!readyForEntries(draft.state)) return
  for (const { order } of waitingOf(draft.state)) settle(draft, order, true)
}

const draftOf = (state: GovernorState): Draft => openDraft({ ...state }, governorVariants(NEWEST_RULES))
