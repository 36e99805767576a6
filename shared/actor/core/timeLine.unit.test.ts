import { describe, expect, it } from "vitest"
import type { EventOf } from "../../events/event.ts"
import { judge, lineAfter, type TimeLine } from "./timeLine.ts"

const START_MS = 1_700_000_000_000
const HOUR_MS = 3_600_000

const start = (speed?: number): EventOf<"EpochRaised"> => ({
  _tag: "EpochRaised",
  epoch: 1,
  service: "market-feed",
  reason: "start",
  watchesOrders: false,
  fitsModels: false,
  ...(speed === undefined ? {} : { speed })
})

/** A market whose exchange runs `speed` times as fast as the wall, from a day of a recording on. */
class Story {
  line: TimeLine
  wallMs = START_MS
  readonly speed: number
  private readonly recordedMs: number

  constructor(speed: number, recordedMs = START_MS) {
    this.speed = speed
    this.recordedMs = recordedMs
    this.line = lineAfter(null, start(speed)) ?? expect.fail()
  }

  get venueMs(): number {
    return this.recordedMs + this.speed * (this.wallMs - START_MS)
  }

  restart(speed = this.speed): void {
    this.line = lineAfter(this.line, start(speed)) ?? expect.fail()
  }

  /** A record after so long on the wall, its time off by so much. Returns what is wrong with it. */
  tells(afterMs: number, offMs = 0, family = "clock") {
    this.wallMs += afterMs
    const { line, untimely } = judge(this.line, { timeMs: this.venueMs + offMs, storedMs: this.wallMs, family })
    this.line = line
    return untimely
  }

  /** An hour of the wall in which all is well. */
  trades(): this {
    for (let second = 0; second < 3_600; second += 10) expect(this.tells(10_000)).toBeNull()
    return this
  }
}

const SPEEDS: ReadonlyArray<readonly [string, number, number]> = [
  ["as fast as the wall", 1, START_MS],
  ["120 times as fast", 120, START_MS],
  ["120 times as fast, in a recording of years ago", 120, START_MS - 9e10],
  ["half as fast", 0.5, START_MS]
]

describe.each(SPEEDS)("an exchange that runs %s", (_how, speed, recordedMs) => {
  const story = () => new Story(speed, recordedMs).trades()

  it.each([
    ["of the year 2100", 4_102_444_800_000 - START_MS, /beyond what can have passed/],
    ["hours ahead", 3 * HOUR_MS * Math.max(1, speed), /beyond what can have passed/],
    ["hours ago", -3 * HOUR_MS * Math.max(1, speed), /before one that the feed has told/],
    ["of 1970", -1.6e12, /before one that the feed has told/]
  ])("is not believed a time %s, and goes on after it", (_what, offMs, problem) => {
    const market = story()
    const before = market.line
    expect(market.tells(125, offMs, "price")?.problem).toMatch(problem)
    expect({ ...market.line, toldMs: 0 }).toStrictEqual({ ...before, toldMs: 0 })
    expect(market.tells(125)).toBeNull()
  })

  it.each(["order", "account", "regime", "control", "slot", "governor"])(
    "no %s fact may be ahead of it either",
    (family) => {
      expect(story().tells(125, 4e12, family)?.problem).toMatch(/beyond/)
      // Found out late is not ahead: a fill of yesterday.
      expect(story().tells(125, -24 * HOUR_MS, family)).toBeNull()
    }
  )

  it("many small steps ahead do not add up to a jump", () => {
    const market = story()
    let offMs = 0
    let refused = 0
    for (let n = 0; n < 10_000; n++) {
      const wanted = offMs + 5_000 * speed
      if (market.tells(1, wanted) === null) offMs = wanted
      else refused++
    }
    expect(offMs).toBeLessThanOrEqual(61_000 * speed)
    expect(refused).toBeGreaterThan(9_900)
  })

  it("may be stored late after an outage of ten minutes, and is believed at once when that is over", () => {
    const market = story()
    expect(market.tells(600_000, -600_000 * speed + 100 * speed)).toBeNull()
    expect(market.tells(10)).toBeNull()
    market.trades()
  })

  it("says once a minute that a time is not believed", () => {
    const market = story()
    const told = Array.from({ length: 130 }, () => market.tells(1_000, 4e12)?.tell)
    expect(told.filter((tell) => tell === true).length).toBe(3)
  })
})

describe("a start of the feed", () => {
  it("after a night on which a simulated exchange stood still goes on where it stood", () => {
    const market = new Story(120).trades()
    const night = 8 * HOUR_MS
    market.restart()
    for (let n = 0; n < 100; n++) expect(market.tells(n === 0 ? night : 1_000, -120 * night)).toBeNull()
    expect(market.tells(1_000, 0)?.problem).toMatch(/beyond/)
  })

  it("may have a later recording played, up to the wall's own day", () => {
    const market = new Story(1, START_MS - 400 * 24 * HOUR_MS).trades()
    expect(market.tells(1_000, 300 * 24 * HOUR_MS)?.problem).toMatch(/beyond/)
    market.restart()
    expect(market.tells(1_000, 300 * 24 * HOUR_MS)).toBeNull()
  })

  it("may run at another speed", () => {
    const market = new Story(1).trades()
    market.restart(60)
    const { line, untimely } = judge(market.line, {
      timeMs: market.venueMs + 600_000,
      storedMs: market.wallMs + 10_000,
      family: "clock"
    })
    expect(untimely).toBeNull()
    expect(line.speed).toBe(60)
  })

  it("that says no speed begins nothing: nothing is judged", () => {
    expect(lineAfter(null, start())).toBeNull()
  })

  it("is not believed a first time that no recording can be of", () => {
    const line = lineAfter(null, start(1)) ?? expect.fail()
    expect(judge(line, { timeMs: 4_102_444_800_000, storedMs: START_MS, family: "clock" }).untimely).not.toBeNull()
    expect(judge(line, { timeMs: 0, storedMs: START_MS, family: "control" }).untimely).toBeNull()
  })
})
