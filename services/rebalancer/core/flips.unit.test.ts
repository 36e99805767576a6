import { describe, expect, it } from "vitest"
import { dampFlips, FLIP_DAMPING, type FlipMemory } from "./flips.ts"

const START_MS = 1_770_000_000_000
const nothing: FlipMemory = { direction: null, flipsAtMs: [], silenced: false }

/** Plays the controller's skews, each at its minute, and returns what is applied. */
const applied = (
  skews: ReadonlyArray<readonly [minute: number, skew: number]>,
  damping: { readonly windowSec: number; readonly limit: number } = FLIP_DAMPING
) => {
  let memory = nothing
  return skews.map(([minute, skew]) => {
    const step = dampFlips(memory, skew, START_MS + minute * 60_000, damping)
    memory = { direction: step.direction, flipsAtMs: step.flipsAtMs, silenced: step.silenced }
    return step
  })
}
const skewsOf = (...skews: ReadonlyArray<readonly [minute: number, skew: number]>) =>
  applied(skews).map(({ skew }) => skew)

describe("a flip", () => {
  it.each([
    ["the first skew", [[0, 0.1]], 0],
    [
      "more of the same",
      [
        [0, 0.1],
        [5, 0.2]
      ],
      0
    ],
    [
      "a change of sign",
      [
        [0, 0.1],
        [5, -0.1]
      ],
      1
    ],
    [
      "coming to 0",
      [
        [0, 0.1],
        [5, 0]
      ],
      0
    ],
    [
      "through 0 and back",
      [
        [0, 0.1],
        [5, 0],
        [10, 0.1]
      ],
      0
    ],
    [
      "through 0 and back below it",
      [
        [0, -0.1],
        [5, 0],
        [10, -0.1]
      ],
      0
    ],
    [
      "through 0 to the other side",
      [
        [0, 0.1],
        [5, 0],
        [10, 0],
        [15, -0.1]
      ],
      1
    ],
    [
      "there and back",
      [
        [0, -0.1],
        [5, 0.1],
        [10, -0.1]
      ],
      2
    ]
  ] as const)("%s: %j are %i", (_case, skews, flips) => {
    expect(applied(skews).filter(({ flipped }) => flipped)).toHaveLength(flips)
  })
})

describe("flip damping", () => {
  it("remembers which way the skew pointed last", () => {
    expect(
      applied([
        [0, 0.1],
        [5, -0.1],
        [10, 0]
      ]).map(({ direction }) => direction)
    ).toEqual([1, -1, -1])
  })

  it("lets two flips within an hour pass", () => {
    expect(skewsOf([0, 0.2], [10, -0.2], [20, 0.2], [30, 0.2])).toEqual([0.2, -0.2, 0.2, 0.2])
  })

  it("silences at the third flip within an hour", () => {
    expect(skewsOf([0, 0.2], [10, -0.2], [20, 0.2], [30, -0.2], [40, -0.2])).toEqual([0.2, -0.2, 0.2, 0, 0])
  })

  it("does not mind any number of flips that lie far enough apart", () => {
    expect(skewsOf([0, 0.2], [30, -0.2], [60, 0.2], [90, -0.2], [120, 0.2])).toEqual([0.2, -0.2, 0.2, -0.2, 0.2])
  })

  it("counts a flip for less than an hour", () => {
    expect(skewsOf([0, 0.2], [1, -0.2], [2, 0.2], [60.99, -0.2])).toEqual([0.2, -0.2, 0.2, 0])
    expect(skewsOf([0, 0.2], [1, -0.2], [2, 0.2], [61, -0.2])).toEqual([0.2, -0.2, 0.2, -0.2])
  })

  it("stays silent until a whole hour holds no flip, not merely fewer than three", () => {
    const silenced = [
      [0, 0.2],
      [10, -0.2],
      [20, 0.2],
      [30, -0.2]
    ] as const
    expect(skewsOf(...silenced, [75, -0.2], [89.99, -0.2], [90, -0.2])).toEqual([0.2, -0.2, 0.2, 0, 0, 0, -0.2])
  })

  it("waits anew when the controller flips while silenced", () => {
    const silenced = [
      [0, 0.2],
      [10, -0.2],
      [20, 0.2],
      [30, -0.2]
    ] as const
    expect(skewsOf(...silenced, [80, 0.2], [90, 0.2], [139, 0.2], [140, 0.2]).slice(4)).toEqual([0, 0, 0, 0.2])
  })

  it("is no flip itself: a silenced skew goes on in the direction it had", () => {
    const silenced = [
      [0, 0.2],
      [10, -0.2],
      [20, 0.2],
      [30, -0.2]
    ] as const
    const steps = applied([...silenced, [40, -0.2], [100, -0.2]])
    expect(steps.slice(4).map(({ flipped, skew }) => [flipped, skew])).toEqual([
      [false, 0],
      [false, -0.2]
    ])
  })

  it("remembers no more flips than its limit, however often the skew flips", () => {
    const restless = Array.from({ length: 50 }, (_, minute) => [minute, minute % 2 === 0 ? 0.2 : -0.2] as const)
    for (const step of applied(restless)) expect(step.flipsAtMs.length).toBeLessThanOrEqual(3)
  })

  it("keeps to another limit and another window as it is told", () => {
    const strict = { limit: 1, windowSec: 60 }
    const steps = applied(
      [
        [0, 0.2],
        [1, -0.2],
        [1.5, -0.2],
        [2, -0.2]
      ],
      strict
    )
    expect(steps.map(({ skew }) => skew)).toEqual([0.2, 0, 0, -0.2])
  })
})
