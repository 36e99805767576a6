import { describe, expect, it } from "vitest"
import { withExchangeTime } from "./logLines.ts"

const WALL_MS = Date.UTC(2026, 10, 29, 22, 58, 51, 225)

describe("the time of a line in the log", () => {
  it.each([
    ["is the wall's alone where no exchange is known", null, ""],
    ["is the wall's alone where the exchange's differs by what two clocks do", WALL_MS - 1_200, ""],
    [
      "is the wall's with the exchange's beside it on paper, whose market has a time of its own",
      Date.UTC(2026, 0, 1, 0, 3),
      " exchange_time=2026-01-01T00:03:00.000Z"
    ]
  ])("%s", (_name, exchangeMs, behind) => {
    expect(withExchangeTime("timestamp=… level=INFO", WALL_MS, exchangeMs)).toBe(`timestamp=… level=INFO${behind}`)
  })
})
