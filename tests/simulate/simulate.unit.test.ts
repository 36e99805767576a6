/**
 * Worlds of seeds in every run of the tests: the market's own services with everything that can go wrong around them. Short ones, so that
 * there are many; the long ones are `npm run simulate`.
 */
import { describe, expect, it } from "@effect/vitest"
import { PLANTED } from "./gate/planted.ts"
import { changedBy } from "./gate/plant.ts"
import type { Timed } from "./plan/fault.ts"
import { type Lengths, planOf } from "./plan/plan.ts"
import { type Run, run } from "./run.ts"
import { shrink } from "./shrink.ts"

const MOMENTS: Lengths = [[1, "moment"]]
const SEEDS = 200
const AT_ONCE = 20
const SOME = Array.from({ length: SEEDS }, (_, n) => 1 + n)
const PARTS = Array.from({ length: SEEDS / AT_ONCE }, (_, part) => 1 + part * AT_ONCE)

describe("a world in which things go wrong", () => {
  it.each(PARTS)(
    "keeps every order, every unit of money and every rule, and trades again (20 seeds from %i)",
    (from) => {
      const failed: Array<string> = []
      for (let seed = from; seed < from + AT_ONCE; seed++) {
        const { problems } = run(planOf(seed, MOMENTS))
        for (const text of problems) failed.push(`npm run simulate -- --length moment --seed ${seed}: ${text}`)
      }
      expect(failed).toStrictEqual([])
    },
    120_000
  )

  it.each([
    ["with the deciding services alone", 0],
    ["with the house and those who learn beside them", 4]
  ])(
    "is the same each time, %s: same seed, same records, books and states",
    (_, beside) => {
      const [plan, other] = SOME.map((seed) => planOf(seed, MOMENTS)).filter((each) => each.beside.length === beside)
      if (plan === undefined || other === undefined) throw new Error("no two seeds have them")
      const [first, again] = [run(plan), run(plan)]
      expect(again.digest).toBe(first.digest)
      expect(again.world.time.steps).toBe(first.world.time.steps)
      expect(run(other).digest).not.toBe(first.digest)
    },
    120_000
  )
})

describe("a second gateway", () => {
  it("that dies before it has compared leaves no market that waits for it", () => {
    const twin: Timed = { atMs: 20_000, fault: { kind: "twin", service: "order-gateway", forMs: 30 } }
    const raised = ({ journal }: Run): number =>
      journal.filter(({ subject }) => subject.endsWith(".control.order-gateway")).length
    const [alone, beside] = [[], [twin]].map((faults) => run({ ...planOf(7, MOMENTS), faults }))
    if (alone === undefined || beside === undefined) throw new Error("two worlds were asked for")
    expect(raised(beside)).toBe(raised(alone) + 1)
    expect(beside.problems).toStrictEqual([])
  }, 60_000)
})

describe("what is aimed so late that everything is healed before it comes", () => {
  it("does not come", () => {
    const plan = planOf(7, MOMENTS)
    const crash: Timed["fault"] = { kind: "crash", services: ["order-gateway"], downMs: 20 }
    const starts = (atMs: number, afterMs: number): number => {
      const at = { on: "record", of: "ClockTicked" } as const
      const aimed: Timed = { atMs, fault: { kind: "aimed", at, nth: 1, faults: [[afterMs, crash]] } }
      const { journal } = run({ ...plan, faults: [aimed] })
      return journal.filter(({ subject }) => subject.endsWith(".control.order-gateway")).length
    }
    const early = plan.lengthMs / 4
    expect(starts(early, 1)).toBe(starts(early, plan.lengthMs) + 1)
  }, 60_000)
})

describe("a plan that fails", () => {
  it("is cut down to the faults that it takes, a shorter run and fewer slots", () => {
    const fault = (atMs: number): Timed => ({ atMs, fault: { kind: "partition", forMs: atMs } })
    const plan = {
      ...planOf(3),
      faults: Array.from({ length: 40 }, (_, n) => fault(1_000 * (n + 1))),
      lengthMs: 60_000
    }
    const smallest = shrink(
      { ...plan, environment: { ...plan.environment, SLOTS: "6" } },
      ({ faults, environment }) =>
        [7_000, 12_000].every((wanted) => faults.some(({ atMs }) => atMs === wanted)) &&
        Number(environment["SLOTS"]) > 1,
      30_000
    )
    expect(smallest.faults.map(({ atMs }) => atMs)).toStrictEqual([7_000, 12_000])
    expect(smallest.environment["SLOTS"]).toBe("2")
    expect(smallest.lengthMs).toBe(15_001)
  })
})

describe("the planted bugs", () => {
  it.each(PLANTED.flatMap((planted) => planted.changes.map(({ file }) => ({ planted, file, name: planted.name }))))(
    "change what stands in the product now: $name, $file",
    ({ planted, file }) => {
      expect(() => changedBy(planted, file)).not.toThrow()
    }
  )
})
