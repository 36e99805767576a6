/**
 * What a tick costs a governed market of many slots, in CPU time of this process: one at which nothing is due, and one that makes every
 * slot replace an entry, until the last order has reached the exchange. Governed freely, so that every entry goes at once, and tightly,
 * as a market at its limit is: half of the slots wait for a place, and the queue is looked at with every tick.
 *
 * Goals: 1,000 slots at ten ticks a second on a tenth of a core (10,000 µs a tick); the last of 200 slots' orders after 20 ms.
 */
import { Price } from "../../shared/core/decimal/decimal.ts"
import type { BenchResult, BenchSize } from "../result.ts"
import { GOVERNED, GovernedSlots } from "./governedSlots.ts"

const [HERE, NEAR, FAR] = [Price.parse("0.1"), Price.parse("0.10001"), Price.parse("0.102")]

/** CPU milliseconds of a call. */
const cpuMs = (call: () => void): number => {
  const before = process.threadCpuUsage()
  call()
  const { user, system } = process.threadCpuUsage(before)
  return (user + system) / 1_000
}

interface Costs {
  readonly tickUs: Array<number>
  readonly ordersMs: Array<number>
  readonly placed: number
  readonly waiting: number
}

/** `jumps`: how often the price moves by 2 %; the processor's clock is too coarse for one of a few slots, so that all are timed at once. */
const costsOf = (slots: number, how: keyof typeof GOVERNED, rounds: number, ticks: number, jumps: number): Costs => {
  const market = new GovernedSlots(slots, GOVERNED[how](slots))
  const [tickUs, ordersMs]: [Array<number>, Array<number>] = [[], []]
  let placed = 0
  for (let round = 0; round < rounds; round++) {
    const quiet = cpuMs(() => {
      for (let n = 0; n < ticks; n++) market.price(n % 2 === 0 ? NEAR : HERE, 100)
    })
    tickUs.push((quiet / ticks) * 1_000)
    const moving = cpuMs(() => {
      for (let n = 0; n < jumps; n++) placed = market.price(n % 2 === 0 ? FAR : HERE, 1_000)
    })
    ordersMs.push(moving / jumps)
  }
  return { tickUs, ordersMs, placed, waiting: market.waiting }
}

/** Every count of slots beside one slot in the same run. */
export const governedBench = ({ quick }: BenchSize): ReadonlyArray<BenchResult> => {
  const [rounds, ticks, jumps] = quick ? [1, 20, 2] : [5, 300, 6]
  return (["freely", "tightly"] as const).flatMap((how) => {
    const [one, ...more] = (quick ? [1, 3] : [1, 5, 50, 200, 1_000]).map((slots) => {
      const often = slots < 50 ? 20 : 1
      const costs = costsOf(slots, how, rounds, often * ticks, often * jumps)
      return { name: `${slots} ${slots === 1 ? "slot" : "slots"} governed ${how}`, slots, ...costs }
    })
    if (one === undefined) return []
    return [one, ...more].flatMap(({ name, slots, tickUs, ordersMs, placed, waiting }): ReadonlyArray<BenchResult> => {
      const note = `${placed} orders reach the exchange at the last such tick, ${waiting} entries wait`
      const beside = (samples: Array<number>) => (name === one.name ? {} : { baseline: { name: "one slot", samples } })
      const growing = (what: string) => ({
        growth: { what: `${what}, governed ${how}`, by: "slots", size: slots } as const
      })
      const [nothing, orders] = ["a tick with nothing due", "tick → last order"]
      return [
        { name: `${name}: ${nothing}`, unit: "CPU µs", samples: tickUs, ...beside(one.tickUs), ...growing(nothing) },
        {
          name: `${name}: ${orders}`,
          unit: "CPU ms",
          samples: ordersMs,
          ...beside(one.ordersMs),
          note,
          ...growing(orders)
        }
      ]
    })
  })
}
