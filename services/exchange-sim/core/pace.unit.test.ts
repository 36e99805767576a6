import { describe, expect, it } from "vitest"
import { slowerSpeed } from "./pace.ts"

const stretch = { wallMs: 10_000, inTime: 100, tooLate: 0, starvedMs: 0 }

describe("a speed that the machine does not hold", () => {
  it("stays where orders come in time and the exchange gets its turns", () => {
    expect(slowerSpeed(120, stretch)).toBeNull()
    expect(slowerSpeed(120, { ...stretch, inTime: 0 })).toBeNull()
  })

  it("is halved where more than one order in fifty comes after its deadline", () => {
    expect(slowerSpeed(120, { ...stretch, inTime: 98, tooLate: 2 })).toBeNull()
    expect(slowerSpeed(120, { ...stretch, inTime: 97, tooLate: 3 })).toStrictEqual({
      speed: 60,
      why: "3 of 100 orders came after their deadline"
    })
  })

  it("is halved where the exchange itself waits for the machine for a quarter of the time", () => {
    expect(slowerSpeed(120, { ...stretch, starvedMs: 2_500 })).toBeNull()
    expect(slowerSpeed(120, { ...stretch, starvedMs: 2_640 })).toStrictEqual({
      speed: 60,
      why: "the exchange waited 2.6 s for the machine"
    })
  })

  it("is never below the wall's, and one below that stays", () => {
    expect(slowerSpeed(1.5, { ...stretch, inTime: 0, tooLate: 1 })?.speed).toBe(1)
    expect(slowerSpeed(1, { ...stretch, inTime: 0, tooLate: 1 })).toBeNull()
    expect(slowerSpeed(0.5, { ...stretch, inTime: 0, tooLate: 1 })).toBeNull()
  })
})
