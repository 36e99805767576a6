import { describe, expect, it } from "@effect/vitest"
import { Price, Quote, Volume } from "../../../shared/core/decimal/decimal.ts"
import { fail, lineOf } from "./check.ts"
import { clientIdOf } from "../../../shared/core/ids/clientId.ts"
import {
  besideFinding,
  clockFinding,
  feeFinding,
  sizeFinding,
  statusFinding,
  tierFinding,
  tierSaidFinding
} from "./limits.ts"
import { versionFinding } from "./nats.ts"

const terms = (change: { readonly makerPct?: number | null; readonly price?: string | null } = {}) => ({
  makerPct: change.makerPct === undefined ? 0.25 : change.makerPct,
  minVolume: Volume.parse("13"),
  minCost: Quote.parse("0.5"),
  price: change.price === null ? null : Price.parse(change.price ?? "0.1"),
  source: "the exchange"
})

describe("the doctor on fees", () => {
  it.each([
    { profitPct: 0.51, live: true, level: "ok" },
    { profitPct: 0.5, live: true, level: "fail" },
    { profitPct: 0.5, live: false, level: "warn" }
  ])("a profit of $profitPct % against two fees of 0.25 %, live $live, is $level", ({ profitPct, live, level }) => {
    expect(feeFinding({ slot: { profitPct }, live }, terms()).level).toBe(level)
  })

  it("warns when nobody could say the fee", () => {
    expect(feeFinding({ slot: { profitPct: 1 }, live: true }, terms({ makerPct: null })).level).toBe("warn")
  })
})

describe("the doctor on life beside the bot", () => {
  it.each([
    ["online", "ok", undefined],
    ["post_only", "warn", /our orders are taken/],
    ["limit_only", "warn", /our orders are taken/],
    ["cancel_only", "warn", /pair_closed/],
    ["reduce_only", "warn", /pair_closed/]
  ])("a pair that is %s is %s", (status, level, advice) => {
    const finding = statusFinding("DOGE/USD", status, Price.parse("0.1"))
    expect(finding.level).toBe(level)
    if (advice !== undefined) expect(lineOf(finding)).toMatch(advice)
  })

  it("counts open orders that carry no id of ours", () => {
    const ours = { clientId: clientIdOf({ epoch: 1, slot: 1, seq: 9, index: 0 }) }
    expect(besideFinding([ours]).level).toBe("ok")
    const finding = besideFinding([ours, { clientId: null }, { clientId: "grid-bot-7" }])
    expect(lineOf(finding)).toContain("3 open orders of the pair, 2 of them not ours")
    expect(finding.level).toBe("warn")
  })
})

describe("the doctor on the exchange's tier", () => {
  const at = (slots: number, tier: "starter" | "intermediate" | "pro", openOrderLimit = 0) =>
    tierFinding({
      tier,
      slots,
      slot: { maxRecoverySlots: 2 },
      governor: { openOrderLimit, openOrderSafetyRatio: 0.75 }
    })

  it.each([
    { slots: 11, tier: "starter", level: "ok" },
    { slots: 12, tier: "starter", level: "warn" },
    { slots: 15, tier: "intermediate", level: "ok" },
    { slots: 16, tier: "intermediate", level: "warn" },
    { slots: 42, tier: "pro", level: "ok" },
    { slots: 43, tier: "pro", level: "warn" }
  ] as const)("$slots slots of up to 4 orders at $tier are $level", ({ slots, tier, level }) => {
    expect(at(slots, tier).level).toBe(level)
  })

  it("rounds the safe cap down: of 225 orders 168.75 are safe, and 169 are too many", () => {
    const governor = { openOrderLimit: 0, openOrderSafetyRatio: 0.75 }
    const settings = { tier: "pro", governor, slots: 13 } as const
    expect(tierFinding({ ...settings, slot: { maxRecoverySlots: 11 } }).level).toBe("warn")
    expect(tierFinding({ ...settings, slot: { maxRecoverySlots: 10 } }).level).toBe("ok")
  })

  it("goes by a limit that is set", () => {
    expect(at(3, "pro", 10).level).toBe("warn")
  })
})

describe("the doctor on a tier nobody has set", () => {
  it.each([
    { given: undefined, level: "warn" },
    { given: "", level: "warn" },
    { given: "starter", level: "ok" }
  ])("$given is $level", ({ given, level }) => {
    expect(tierSaidFinding({ tier: "starter" }, given).level).toBe(level)
  })
})

describe("the doctor on a NATS server", () => {
  it.each([
    { version: "2.9.10", level: "warn" },
    { version: "2.10.27", level: "ok" },
    { version: "2.12.3", level: "ok" }
  ])("of version $version is $level", ({ version, level }) => {
    expect(versionFinding("nats://127.0.0.1:4222", version).level).toBe(level)
  })
})

describe("the doctor on order size", () => {
  it.each([
    { size: "1.3", level: "ok", why: "exactly the least volume" },
    { size: "1.29", level: "warn", why: "a little below it" },
    { size: "0.5", price: "0.01", level: "ok", why: "exactly the least cost" },
    { size: "0.4999999999", price: "0.01", level: "warn", why: "a little below it" }
  ])("$size USD at $price are $level: $why", ({ size, price = "0.1", level }) => {
    expect(sizeFinding({ orderSize: Quote.parse(size) }, terms({ price })).level).toBe(level)
  })

  it("says what would do", () => {
    const line = lineOf(sizeFinding({ orderSize: Quote.parse("1") }, terms({ price: "0.2" })))
    expect(line).toMatch(/^warn size .*sizes are never raised; set ORDER_SIZE_USD to 2.73 or more$/)
  })
})

describe("the doctor on the clock", () => {
  it.each([
    { skewMs: 900, doubtMs: 0, level: "ok" },
    { skewMs: 1_000, doubtMs: 0, level: "warn" },
    { skewMs: -1_500, doubtMs: 400, level: "warn" },
    { skewMs: 1_500, doubtMs: 600, level: "ok" },
    { skewMs: 5_000, doubtMs: 0, level: "fail" },
    { skewMs: -6_000, doubtMs: 500, level: "fail" }
  ])("a skew of $skewMs ms, known to $doubtMs ms, is $level", ({ skewMs, doubtMs, level }) => {
    expect(clockFinding(skewMs, doubtMs).level).toBe(level)
  })

  it("says which way, and how far", () => {
    expect(clockFinding(-6_000, 500).finding).toMatch(/^this machine is 6\.0 s behind the exchange, ± 0\.5 s$/)
    expect(clockFinding(200, 500).finding).toMatch(/^this machine is 0\.2 s ahead of the exchange/)
  })
})

describe("a finding", () => {
  it("is one line, whatever an error brought along", () => {
    expect(lineOf(fail("store", "refused\n    at somewhere", "look"))).toBe("fail store     refused → look")
  })
})
