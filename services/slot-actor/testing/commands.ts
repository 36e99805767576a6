/** What may happen to a slot, drawn at random for property tests. */
import * as fc from "fast-check"
import type { Mode } from "../../../shared/events/families/governor.ts"

/** What an exchange, a market and a clock may do. */
export const exchangeCommand = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant("price" as const), permille: fc.integer({ min: -45, max: 45 }) })
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("clock" as const), sec: fc.integer({ min: 1, max: 400 }) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("accept" as const), pick: fc.nat(9) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("fill" as const), pick: fc.nat(9) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("partial" as const),
      pick: fc.nat(9),
      permille: fc.integer({ min: 1, max: 999 })
    })
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("cancel" as const), pick: fc.nat(9) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("reject" as const), pick: fc.nat(9) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("otherwise" as const),
      pick: fc.nat(9),
      permille: fc.constantFrom(500, 999, 2_000, 3_333)
    })
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("behind" as const), pick: fc.nat(9) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("answer" as const),
      pick: fc.nat(9),
      filled: fc.constantFrom("nothing" as const, "part" as const, "whole" as const),
      permille: fc.integer({ min: 1, max: 999 })
    })
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("funds" as const), doge: fc.nat(60), usd: fc.nat(8) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("unknown" as const), localId: fc.integer({ min: 900_000, max: 900_009 }) })
  }
)
export type ExchangeCommand = typeof exchangeCommand extends fc.Arbitrary<infer A> ? A : never

/** A market that stands still and a slot that goes trade little: most of the time neither happens. */
const RUNNING_MOSTLY: ReadonlyArray<Mode> = [...Array<Mode>(9).fill("RUNNING"), "STARTING", "PAUSED", "HALTED"]
const ACTIVE_MOSTLY = [...Array<"active">(9).fill("active"), "retiring"] as const

/** What a governor may say, and what the gateway may answer to an amendment. */
export const governorCommand = fc.oneof(
  { weight: 16, arbitrary: fc.record({ do: fc.constant("grant" as const), pick: fc.nat(3) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("refuse" as const),
      pick: fc.nat(3),
      rule: fc.constantFrom("insufficient_funds", "price_passed", "starting")
    })
  },
  { weight: 12, arbitrary: fc.record({ do: fc.constant("allot" as const), doge: fc.nat(400), usd: fc.nat(40) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("mode" as const),
      mode: fc.constantFrom<Mode>(...RUNNING_MOSTLY)
    })
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("softClose" as const), pick: fc.nat(2) })
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("amendAnswer" as const), accepted: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("life" as const),
      life: fc.constantFrom(...ACTIVE_MOSTLY)
    })
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("sizing" as const),
      effectiveLayers: fc.nat(20),
      skew: fc.constantFrom(-0.2, 0, 0.2),
      favouredMultiplier: fc.constantFrom(1, 1.4)
    })
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("targets" as const), runtimeProfitPct: fc.constantFrom(null, 1, 4) })
  }
)
export type GovernorCommand = typeof governorCommand extends fc.Arbitrary<infer A> ? A : never

/** Anything that may happen, the exchange twice as often as the governor. */
export const command = fc.oneof({ weight: 2, arbitrary: exchangeCommand }, { weight: 1, arbitrary: governorCommand })
export type Command = ExchangeCommand | GovernorCommand
