import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Quote } from "../decimal/decimal.ts"
import { readSettings } from "./read.ts"
import { SETTINGS } from "./settings.ts"
import { configurationPage, showSettings } from "./show.ts"

describe("settings", () => {
  it("are all at their defaults in an empty environment, and the defaults are sound", () => {
    const { settings, problems } = readSettings({})
    assert.deepStrictEqual(problems, [])
    assert.strictEqual(settings.port, 8080)
    assert.strictEqual(settings.entryPct, 0.2)
    assert.strictEqual(settings.orderSize, Quote.parse("2"))
    assert.isFalse(settings.live)
  })

  it("are read from the environment under their names", () => {
    const { settings } = readSettings({
      PORT: "9000",
      ORDER_SIZE_USD: "3.5",
      RECOVERY_EVICTION: "farthest",
      DATA_DIR: "/tmp/k"
    })
    assert.strictEqual(settings.port, 9000)
    assert.strictEqual(settings.orderSize, Quote.parse("3.5"))
    assert.strictEqual(settings.recoveryEviction, "farthest")
    assert.strictEqual(settings.dataDir, "/tmp/k")
  })

  it.each([
    [{ PORT: "abc" }, "PORT=abc: is not a whole number (whole number, 0 to 65535)"],
    [{ PORT: "70000" }, "PORT=70000: is outside 0 to 65535 (whole number, 0 to 65535)"],
    [{ ENTRY_PCT: "-1" }, "ENTRY_PCT=-1: is outside 0.01 to 50 (0.01 to 50)"],
    [{ ENTRY_PCT: "NaN" }, "ENTRY_PCT=NaN: is not a number (0.01 to 50)"],
    [
      { ORDER_SIZE_USD: "two" },
      "ORDER_SIZE_USD=two: is not a decimal number such as 2.50 (0 or more, at most 10 decimals)"
    ],
    [{ LIVE: "yes" }, "LIVE=yes: is neither true nor false (`true` or `false`)"],
    [
      { NATS_URL: "localhost:4222" },
      "NATS_URL=localhost:4222: is not a URL starting with nats:// or tls:// (empty, or a URL: nats://…, tls://…)"
    ]
  ])("%j is one clear line", (env, line) => {
    assert.deepStrictEqual(readSettings(env).problems, [line])
  })

  it("report every wrong one at once", () => {
    assert.strictEqual(readSettings({ PORT: "x", SLOTS: "0", LIVE: "maybe" }).problems.length, 3)
  })

  it.each([
    [{ LIVE: "true" }, /^LIVE=true: needs KRAKEN_API_KEY and KRAKEN_API_SECRET/],
    [{ LOSS_COOLDOWN_START: "1" }, /^LOSS_COOLDOWN_START=1: is below LOSS_BACKOFF_START/],
    [{ REQUEST_TIMEOUT_SEC: "30" }, /^REQUEST_TIMEOUT_SEC=30: not shorter than ORDER_DEADLINE_SEC/],
    [{ CLOCK_INTERVAL_SEC: "60", STALE_PRICE_MAX_AGE_SEC: "30" }, /^CLOCK_INTERVAL_SEC=60: longer than/]
  ])("that contradict each other are refused: %j", (env, line) => {
    const [problem] = readSettings(env).problems
    assert.match(problem ?? "", line)
  })

  it("show no secret, set or wrong", () => {
    const shown = showSettings({ KRAKEN_API_KEY: "hunter2", KRAKEN_API_SECRET: "hunter3", NATS_PASSWORD: "hunter4" })
    assert.notMatch(shown, /hunter/)
    assert.match(shown, /KRAKEN_API_KEY\s+\(set, not shown\)/)
  })

  it("have one name each, and each is on the documentation page, which is up to date", () => {
    const names = Object.values(SETTINGS).map((setting) => setting.name)
    assert.strictEqual(new Set(names).size, names.length)
    const page = readFileSync(new URL("../../docs/configuration.md", import.meta.url), "utf8")
    assert.strictEqual(page, configurationPage(), "run: npm run -s kennel -- config --markdown > docs/configuration.md")
  })
})
