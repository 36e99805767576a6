import { describe, expect, it } from "vitest"
import { type Advice, type CallKind, classify, classifyStatus, ERROR_RULES } from "./errors.ts"

const NOW = 1_790_000_000_000

const advice = (kind: CallKind, ...errors: ReadonlyArray<string>): Advice => classify(kind, errors, NOW).advice

describe("what Kraken's errors mean to the caller", () => {
  it.each<[string, Advice]>([
    ["EAPI:Invalid key", "stop"],
    ["EAPI:Invalid signature", "stop"],
    ["EAPI:Feature disabled", "stop"],
    ["EGeneral:Permission denied", "stop"],
    ["EQuery:Unknown asset pair", "stop"],
    ["EAPI:Rate limit exceeded", "wait"],
    ["EService:Throttled: 1790000042", "wait"],
    ["EGeneral:Too many requests", "wait"],
    ["EGeneral:Temporary lockout", "wait"],
    ["EOrder:Rate limit exceeded", "wait"],
    ["EOrder:Domain rate limit exceeded", "wait"],
    ["EService:Market in cancel_only mode", "wait"],
    ["EService:Market in post_only mode", "wait"],
    ["ESession:Invalid session", "wait"],
    ["EAPI:Invalid token", "wait"],
    ["EOrder:Orders limit exceeded", "rejected"],
    ["EOrder:Insufficient funds", "rejected"],
    ["EOrder:Order minimum not met", "rejected"],
    ["EOrder:Cost minimum not met", "rejected"],
    ["EOrder:Tick size check failed", "rejected"],
    ["EOrder:Invalid price", "rejected"],
    ["EGeneral:Invalid arguments", "rejected"],
    ["EGeneral:Invalid arguments:volume", "rejected"],
    ["EService:Deadline elapsed", "rejected"],
    ["EService:Unavailable", "unknown"],
    ["EService:Busy", "unknown"],
    ["EService:Timeout", "unknown"],
    ["EGeneral:Internal error", "unknown"]
  ])("placing: %s → %s", (error, expected) => {
    expect(advice("place", error)).toBe(expected)
  })

  it.each<[string, Advice]>([
    ["EOrder:Never seen before", "rejected"],
    ["EGeneral:Never seen before", "rejected"],
    ["EService:Never seen before", "unknown"],
    ["EAPI:Never seen before", "stop"],
    ["ENew:Never seen before", "unknown"],
    ["WGeneral:A warning", "unknown"],
    ["", "unknown"]
  ])("a text nobody knows is judged by its prefix: '%s' → %s", (error, expected) => {
    expect(advice("place", error)).toBe(expected)
  })

  it("a cancel or an amendment of an order that is gone is no fault; the same text elsewhere is a no", () => {
    for (const error of ["EOrder:Unknown order", "EOrder:Invalid order"]) {
      expect(advice("cancel", error)).toBe("gone")
      expect(advice("amend", error)).toBe("gone")
      expect(advice("place", error)).toBe("rejected")
      expect(advice("read", error)).toBe("rejected")
    }
  })

  it("a stale nonce leaves an order to be looked up, and stops everything else (after its second signature)", () => {
    expect(advice("place", "EAPI:Invalid nonce")).toBe("unknown")
    expect(advice("cancel", "EAPI:Invalid nonce")).toBe("stop")
  })

  it("a client id that is open already belongs to this very order", () => {
    expect(advice("place", "EGeneral:Invalid arguments:cl_ord_id not unique")).toBe("unknown")
    expect(advice("place", "EGeneral:Invalid arguments:cl_ord_id")).toBe("rejected")
  })

  it("of several errors the most careful advice counts, in any order", () => {
    const errors = ["EOrder:Insufficient funds", "EService:Busy", "EAPI:Invalid key"]
    expect(advice("place", ...errors)).toBe("unknown")
    expect(advice("place", ...errors.toReversed())).toBe("unknown")
  })
})

describe("what failed", () => {
  it.each([
    ["EOrder:Insufficient funds", "request"],
    ["EAPI:Invalid key", "request"],
    ["ESession:Invalid session", "request"],
    ["EAPI:Rate limit exceeded", "limit"],
    ["EOrder:Rate limit exceeded", "limit"],
    ["EGeneral:Temporary lockout", "limit"],
    ["EService:Throttled: 1790000042", "service"],
    ["EService:Market in cancel_only mode", "service"],
    ["EService:Unavailable", "service"],
    ["EGeneral:Internal error", "service"],
    ["ENew:Never seen before", "service"]
  ])("%s: the %s", (error, source) => {
    expect(classify("read", [error], NOW).source).toBe(source)
  })
})

describe("when to try again", () => {
  it.each([
    ["EService:Throttled: 1790000042", 1_790_000_042_000],
    ["EService:Throttled: soon", NOW + 10_000],
    ["EAPI:Rate limit exceeded", NOW + 10_000],
    ["EGeneral:Temporary lockout", NOW + 900_000],
    ["EService:Market in cancel_only mode", NOW + 30_000]
  ])("%s: %i", (error, retryAtMs) => {
    expect(classify("read", [error], NOW).retryAtMs).toBe(retryAtMs)
  })

  it("is said only with the advice to wait", () => {
    for (const error of ["EOrder:Insufficient funds", "EService:Busy", "EAPI:Invalid key"]) {
      expect(classify("place", [error], NOW).retryAtMs).toBeNull()
    }
  })

  it("a refusal for its rate shows which of our counters was too low", () => {
    expect(classify("read", ["EAPI:Rate limit exceeded"], NOW).exhausted).toBe("calls")
    expect(classify("place", ["EOrder:Rate limit exceeded"], NOW).exhausted).toBe("trading")
    expect(classify("place", ["EOrder:Insufficient funds"], NOW).exhausted).toBeNull()
  })
})

describe("a refused subscription", () => {
  it.each([
    ["Currency pair not supported XBT/USD", true],
    ["Private data and trading are unavailable on this endpoint. Try ws-auth.kraken.com", true],
    ["EGeneral:Permission denied", true],
    ["ESession:Invalid session", false],
    ["EAPI:Invalid token", false],
    ["EService:Unavailable", false],
    ["Exceeded msg rate", false]
  ])("%s: only a person can help: %s", (error, final) => {
    expect(advice("read", error) === "stop").toBe(final)
  })
})

describe("an answer of the edge in front of the exchange", () => {
  it.each([
    [400, "stop", "unknown"],
    [401, "stop", "unknown"],
    [403, "stop", "unknown"],
    [404, "stop", "unknown"],
    [429, "wait", "unknown"],
    [503, "unknown", "unknown"],
    [520, "unknown", "unknown"]
  ] as const)("%i: %s for a call that may be repeated, %s for an order", (status, other, order) => {
    for (const kind of ["read", "cancel", "amend"] as const)
      expect(classifyStatus(kind, status, NOW).advice).toBe(other)
    expect(classifyStatus("place", status, NOW).advice).toBe(order)
  })
})

describe("what a person can do", () => {
  it("is said of everything that only a person can mend", () => {
    expect(ERROR_RULES.filter(({ advice: what, help }) => what === "stop" && help === undefined)).toStrictEqual([])
  })

  it.each([
    "EAPI:Invalid key",
    "EAPI:Invalid nonce",
    "EAuth:Account locked",
    "EAccount:Invalid permissions",
    "EQuery:Unknown asset pair"
  ])("comes with %s", (error) => {
    expect(classify("read", [error], NOW).help).not.toBeNull()
  })
})
