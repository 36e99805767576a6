import { describe, expect, it } from "vitest"
import { endOf } from "./ends.ts"

const words = {
  instant: (ms: number): string => new Date(ms).toISOString().slice(0, 19),
  span: (ms: number): string => `${ms / 1_000} s`
}
const NOW = Date.UTC(2026, 10, 21, 17)

describe("what would end a refusal", () => {
  it.each([
    [{ rule: "cooldown", numbers: { cooldownUntilMs: NOW + 60_000 } }, "until 2026-11-21T17:01:00, 60 s left"],
    [{ rule: "cooldown", numbers: { cooldownUntilMs: NOW } }, "over: with the next tick"],
    [{ rule: "operator", numbers: {} }, "until an operator resumes"],
    [
      { rule: "daily_loss_lock", numbers: { loss: "3", limit: "3" } },
      "until the limit is raised or the day ends, and an operator resumes"
    ],
    [
      { rule: "daily_loss_lock", numbers: { loss: "3", limit: "3", goesOnAtMs: NOW + 7 * 3_600_000 } },
      "until 2026-11-22T00:00:00, by itself; sooner where the limit is raised above the loss"
    ]
  ] as const)("%j: %s", (why, end) => {
    expect(endOf(why, NOW, words)).toBe(end)
  })
})
