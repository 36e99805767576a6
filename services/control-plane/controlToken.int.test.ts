import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { ensureControlToken, readControlToken } from "./controlToken.ts"

/** A data directory of the test's own, gone with it. */
const directory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "kennel-token-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true }))
)

describe("the token for actions", () => {
  it.effect("is made once, for this user alone, and found again", () =>
    Effect.gen(function* () {
      const dataDir = join(yield* directory, "data")
      const settings = { dataDir, controlToken: "" }
      const made = Redacted.value(yield* ensureControlToken(settings))
      expect(made).toMatch(/^[A-Za-z0-9_-]{32}$/)
      expect(statSync(join(dataDir, "control-token")).mode & 0o777).toBe(0o600)
      expect(Redacted.value(yield* ensureControlToken(settings))).toBe(made)
      expect(Redacted.value(yield* readControlToken(settings))).toBe(made)
      expect(Redacted.value(yield* ensureControlToken({ ...settings, dataDir: yield* directory }))).not.toBe(made)
    })
  )

  it.effect("is closed to others again when somebody had opened its file", () =>
    Effect.gen(function* () {
      const dataDir = yield* directory
      const path = join(dataDir, "control-token")
      writeFileSync(path, "chosen-by-hand\n", { mode: 0o644 })
      expect(Redacted.value(yield* ensureControlToken({ dataDir, controlToken: "" }))).toBe("chosen-by-hand")
      expect(statSync(path).mode & 0o777).toBe(0o600)
    })
  )

  it.effect("is the setting's where there is one, and nothing is written", () =>
    Effect.gen(function* () {
      const settings = { dataDir: yield* directory, controlToken: "sixteen or more ones" }
      expect(Redacted.value(yield* ensureControlToken(settings))).toBe(settings.controlToken)
      expect(Redacted.value(yield* readControlToken(settings))).toBe(settings.controlToken)
      expect(() => readFileSync(join(settings.dataDir, "control-token"))).toThrow("ENOENT")
    })
  )

  it.effect.each([
    ["missing", null, /ENOENT/],
    ["empty", "\n", /the file is empty/]
  ] as const)("whose file is %s is one clear line for who wants to act", ([_what, content, expected]) =>
    Effect.gen(function* () {
      const dataDir = yield* directory
      if (content !== null) writeFileSync(join(dataDir, "control-token"), content)
      const error = yield* Effect.flip(readControlToken({ dataDir, controlToken: "" }))
      expect(error.message).toMatch(
        /^no token for actions in .*control-token \(.*\): set CONTROL_TOKEN, or DATA_DIR to/
      )
      expect(error.message).toMatch(expected)
    })
  )
})
