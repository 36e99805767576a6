/** What takes a spell of its own to show: losses one after the other, and a wish that the exchange puts off while its order trades. */
import { Quote } from "../../../shared/core/decimal/decimal.ts"
import { between, chosen, magnitude } from "./draw.ts"
import { type Fault, type Later, MAKER_PCT } from "./fault.ts"
import type { Kind } from "./kind.ts"

const EVERYTHING_TRADES: Fault = { kind: "trade", nth: "all", share: 1 }
/** So much of what is traded is more than a cycle earns. */
const DEAR_PCT = 1.5
/** A cycle takes an entry's trade and an exit's, and a grant between them: so many make five cycles of each trade. */
const TRADES = 48
/** No run loses so much. */
const FAR_AWAY = Quote.parse("1000")

const dear = (makerPct: number): Fault => ({ kind: "life", life: { _tag: "Terms", rules: {}, makerPct } })

/** What the exchange says when it cancels nothing for now. */
const PUT_OFF = ["EAPI:Rate limit exceeded", "EService:Throttled", "EService:Busy"] as const

/** Each by a name that tells people which it is. */
export const SPELLS: ReadonlyArray<Kind> = [
  {
    name: "losses in a row",
    weight: 3,
    // Every cycle loses, until the trade that loses pauses and stands farther away.
    draw: (random, { speed }) => {
      const forMs = between(random, 300_000, 540_000) / speed
      const trades = Array.from({ length: TRADES }, (_, n): Later => [
        (forMs * (n + 1)) / (TRADES + 1),
        EVERYTHING_TRADES
      ])
      return [
        [0, { kind: "command", command: { name: "set_daily_loss_limit", limit: FAR_AWAY } }],
        [0, dear(DEAR_PCT)],
        ...trades,
        [forMs, dear(MAKER_PCT)]
      ]
    }
  },
  {
    name: "a cancel that is put off, and its order trades in part",
    weight: 3,
    draw: (random) => {
      const fate = { of: "CancelOrder", refused: chosen(random, PUT_OFF) } as const
      const part: Fault = { kind: "trade", nth: "all", share: between(random, 0.1, 0.7) }
      const faults: ReadonlyArray<Later> = [
        [0, { kind: "request", fate }],
        [between(random, 1, 300), part]
      ]
      return [[0, { kind: "aimed", at: { on: "request", of: "CancelOrder" }, nth: 1, faults }]]
    }
  }
]

/** Behind those, with random numbers of its own. */
export const OUTAGES: ReadonlyArray<Kind> = [
  {
    name: "the exchange is out of order",
    weight: 1,
    // Each call is answered, and none is carried out: they fail one after the other, for some and for many of them.
    draw: (random, { speed }) => {
      const forMs = magnitude(random, 20_000, 200_000) / speed
      return [[0, { kind: "wire", change: { outOfOrder: "EService:Unavailable" }, forMs }]]
    }
  }
]
