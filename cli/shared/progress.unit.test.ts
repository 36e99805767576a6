/** The line that a person watches: its words, and that nobody gets it who is no person. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { progressText } from "./progress.ts"
import { endLine, showNow } from "./terminal.ts"
import { Effect } from "effect"

describe("the progress of a long command", () => {
  it("says what, how much of it, the figures, and the time that is left at the speed so far", () => {
    expect(progressText("verify", 0.25, 4_000, "record 1000 of 4000")).toBe(
      "verify  [######------------------]   25.0%  record 1000 of 4000  about 12 s"
    )
  })

  it("gives no time before the speed is known, and none of nothing done", () => {
    expect(progressText("fit", 0.5, 1_900)).toBe("fit  [############------------]   50.0%")
    expect(progressText("fit", 0, 60_000)).not.toContain("about")
  })

  describe("on standard error", () => {
    const { isTTY } = process.stderr
    let said = ""
    beforeEach(() => {
      said = ""
      vi.stubEnv("CI", "")
      vi.spyOn(process.stderr, "write").mockImplementation((text) => {
        said += String(text)
        return true
      })
    })
    afterEach(() => {
      process.stderr.isTTY = isTTY
      vi.restoreAllMocks()
      vi.unstubAllEnvs()
    })

    it("is not there where no terminal is", () => {
      process.stderr.isTTY = false
      showNow("half")
      Effect.runSync(endLine)
      expect(said).toBe("")
    })

    it("changes in place, without colour, five times a second at most, and the last stands", () => {
      process.stderr.isTTY = true
      const clock = vi.spyOn(performance, "now")
      for (let ms = 0; ms < 1_000; ms++) {
        clock.mockReturnValue(1_000_000 + ms)
        showNow(`line ${ms}`)
      }
      Effect.runSync(endLine)
      const lines = said.trimEnd().split("\r\u001b[2K").slice(1)
      expect(lines).toStrictEqual(["line 0", "line 200", "line 400", "line 600", "line 800", "line 999"])
      // oxlint-disable-next-line no-control-regex -- escapes are what is looked for
      expect(said).not.toMatch(/\u001b\[\d*m/)
    })
  })
})
