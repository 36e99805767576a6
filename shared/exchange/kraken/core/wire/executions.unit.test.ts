import { MAX_FOLLOWED_ORDERS } from "../../../../core/openOrders.ts"
import { describe, expect, it } from "vitest"
import { Price, Quote, Volume } from "../../../../core/decimal/decimal.ts"
import { emptyExecutions, type ExecutionsState, readExecutions } from "./executions.ts"
import { readFrame } from "./frame.ts"
import { DOGE_USD } from "./names.ts"

const frame = (sequence: number, type: "snapshot" | "update", ...data: ReadonlyArray<object>) => {
  const read = readFrame(JSON.stringify({ channel: "executions", type, data, sequence }))
  if (read.kind !== "data") throw new Error("not data")
  return read.body
}

const hear = (state: ExecutionsState, ...args: Parameters<typeof frame>) => {
  const read = readExecutions(state, frame(...args), DOGE_USD)
  if (read.kind === "gap") throw new Error(`gap: ${read.got}`)
  return { events: read.events, problems: read.problems.map(({ message }) => message) }
}

const subscribed = (...open: ReadonlyArray<object>) => {
  const state = emptyExecutions()
  hear(state, 1, "snapshot", ...open)
  return state
}

const pendingNew = {
  order_id: "OABC",
  cl_ord_id: "k01",
  symbol: "DOGE/USD",
  side: "sell",
  order_qty: 60,
  limit_price: 0.202,
  order_type: "limit",
  order_status: "pending_new",
  exec_type: "pending_new",
  timestamp: "2026-11-20T10:00:00.000000Z"
}
const accepted = { order_id: "OABC", cl_ord_id: "k01", order_status: "new", exec_type: "new" }
const trade = {
  order_id: "OABC",
  exec_id: "TXYZ",
  exec_type: "trade",
  trade_id: 365573,
  symbol: "DOGE/USD",
  last_qty: 60.0,
  last_price: 0.202,
  liquidity_ind: "m",
  cost: 12.12,
  fees: [{ asset: "USD", qty: 0.0303 }],
  cum_qty: 60,
  cum_cost: 12.12,
  avg_price: 0.202,
  order_status: "partially_filled",
  timestamp: "2026-11-20T10:00:05.123456Z"
}
const fill = {
  execId: "TXYZ",
  txid: "OABC",
  side: "sell",
  price: Price.parse("0.202"),
  volume: Volume.parse("60"),
  cost: Quote.parse("12.12"),
  fee: Quote.parse("0.0303"),
  liquidity: "maker",
  timeMs: 1795168805123
}

describe("a subscription", () => {
  it("begins with the open orders, and repeats the latest fills after them", () => {
    const open = { ...pendingNew, exec_type: "new", order_status: "partially_filled" }
    const { events } = hear(emptyExecutions(), 1, "snapshot", open, trade)
    expect(events).toEqual([
      { _tag: "Snapshot", openTxids: ["OABC"] },
      { _tag: "Filled", fill, clientId: "k01" }
    ])
  })

  it("of an account without orders begins with none", () => {
    expect(hear(emptyExecutions(), 1, "snapshot").events).toEqual([{ _tag: "Snapshot", openTxids: [] }])
  })

  it("tells the latest fills as they happened, though the newest stand first, also of one moment", () => {
    const at = (exec_id: string, timestamp: string) => ({ ...trade, side: "sell", exec_id, timestamp })
    const [first, later] = ["2026-11-20T10:00:05.123456Z", "2026-11-20T10:00:06.000000Z"]
    const newestFirst = [at("T4", later), at("T3", first), at("T2", first), at("T1", first)]
    const { events } = hear(emptyExecutions(), 1, "snapshot", ...newestFirst)
    expect(events.flatMap((event) => (event._tag === "Filled" ? event.fill.execId : []))).toEqual([
      "T1",
      "T2",
      "T3",
      "T4"
    ])
  })

  it("may send its snapshot in two frames, of which only the first starts anew", () => {
    const state = subscribed(pendingNew)
    expect(hear(state, 2, "snapshot", trade).events).toEqual([{ _tag: "Filled", fill, clientId: "k01" }])
  })
})

describe("the life of an order", () => {
  it("is joined from sparse entries", () => {
    const state = subscribed()
    expect(hear(state, 2, "update", pendingNew).events).toEqual([])
    expect(hear(state, 3, "update", accepted).events).toEqual([{ _tag: "Accepted", txid: "OABC", clientId: "k01" }])
    expect(hear(state, 4, "update", trade, { ...accepted, exec_type: "filled", cl_ord_id: undefined }).events).toEqual([
      { _tag: "Filled", fill, clientId: "k01" },
      { _tag: "Ended", txid: "OABC", clientId: "k01", status: "closed", reason: null }
    ])
  })

  it.each(["canceled", "expired"] as const)("may end as %s, with the exchange's reason", (status) => {
    const state = subscribed(pendingNew)
    const entry = { order_id: "OABC", exec_type: status, order_status: status, reason: "Post only order" }
    expect(hear(state, 2, "update", entry).events).toEqual([
      { _tag: "Ended", txid: "OABC", clientId: "k01", status, reason: "Post only order" }
    ])
  })

  it("several orders may share a frame", () => {
    const state = subscribed()
    const other = { ...pendingNew, order_id: "ODEF", cl_ord_id: "k02", exec_type: "new", order_status: "new" }
    expect(hear(state, 2, "update", pendingNew, other, accepted).events).toEqual([
      { _tag: "Accepted", txid: "ODEF", clientId: "k02" },
      { _tag: "Accepted", txid: "OABC", clientId: "k01" }
    ])
  })
})

describe("a fee that was taken otherwise than in the quote currency", () => {
  const feesOf = (...fees: ReadonlyArray<{ readonly asset: string; readonly qty: number }>) => {
    const { events, problems } = hear(subscribed(pendingNew), 2, "update", { ...trade, fees })
    expect(problems).toEqual([])
    const [event] = events
    return event?._tag === "Filled" ? event.fill : null
  }
  const worth = Quote.parse("0.0303")
  const baseFee = { amount: Volume.parse("0.15"), worth }

  it.each(["DOGE", "XDG", "XXDG"])("counts with its worth at the fill's price, and names the amount: %s", (asset) => {
    expect(feesOf({ asset, qty: 0.15 })).toEqual({ ...fill, fee: worth, baseFee })
  })

  it("in both currencies is the sum of both", () => {
    expect(feesOf({ asset: "USD", qty: 0.01 }, { asset: "DOGE", qty: 0.15 })).toEqual({
      ...fill,
      fee: Quote.parse("0.0403"),
      baseFee
    })
  })

  it("has its worth rounded up", () => {
    expect(feesOf({ asset: "DOGE", qty: 0.00000001 })?.fee).toBe(Quote.parse("0.0000000021"))
  })

  it("in any other currency is named, and in no sum", () => {
    expect(feesOf({ asset: "KFEE", qty: 12.5 }, { asset: "USD", qty: 0.01 })).toEqual({
      ...fill,
      fee: Quote.parse("0.01"),
      otherFees: "12.5 KFEE"
    })
  })
})

describe("what is not a fill", () => {
  it.each(["filled", "restated", "amended", "status", "iceberg_refill", "pending_new", "teleported"])(
    "%s, even with figures like one",
    (exec_type) => {
      const { events, problems } = hear(subscribed(pendingNew), 2, "update", { ...trade, exec_type })
      expect(events.filter((event) => event._tag === "Filled")).toEqual([])
      expect(problems).toEqual([])
    }
  )
  it("anything of another pair", () => {
    expect(hear(subscribed(), 2, "update", { ...trade, side: "buy", symbol: "BTC/USD" }).events).toEqual([])
  })
})

describe("entries that cannot be read", () => {
  it.each([
    [{ side: undefined }, "frame.data[0].side: is missing, and no entry of ODEF has told it"],
    [{ side: "long" }, `frame.data[0].side: is "long"`],
    [{ exec_id: undefined }, "frame.data[0].exec_id: is missing"],
    [{ last_qty: "many" }, "frame.data[0].last_qty"],
    [{ cost: undefined }, "frame.data[0].cost"],
    [{ fees: undefined }, "frame.data[0].fees"],
    [{ fees: [{ qty: 1 }] }, "frame.data[0].fees[0].asset: is missing"],
    [{ fees: [{ asset: "DOGE", qty: -1 }] }, "frame.data[0].fees[0].qty"],
    [{ liquidity_ind: "x" }, "frame.data[0].liquidity_ind"],
    [{ timestamp: undefined }, "frame.data[0].timestamp"]
  ])("%o names the field, and the neighbours are heard", (wrong, problem) => {
    const bad = { ...trade, order_id: "ODEF", side: "buy", ...wrong }
    const { events, problems } = hear(subscribed(pendingNew), 2, "update", bad, accepted)
    expect(events).toEqual([{ _tag: "Accepted", txid: "OABC", clientId: "k01" }])
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain(problem)
  })
})

describe("the sequence", () => {
  it("a missing frame is a gap, and nothing of the frame after it is used", () => {
    const state = subscribed(pendingNew)
    expect(readExecutions(state, frame(3, "update", trade), DOGE_USD)).toEqual({ kind: "gap", expected: 2, got: 3 })
  })

  it("an update before the snapshot is a gap", () => {
    expect(readExecutions(emptyExecutions(), frame(7, "update", trade), DOGE_USD).kind).toBe("gap")
  })

  it("a repeat is heard again and does not set the count back", () => {
    const state = subscribed(pendingNew)
    hear(state, 2, "update", trade)
    expect(hear(state, 2, "update", trade).events).toEqual([{ _tag: "Filled", fill, clientId: "k01" }])
    expect(hear(state, 3, "update").events).toEqual([])
  })

  it("a frame without a number is malformed", () => {
    const body = readFrame(`{"channel":"executions","type":"update","data":[]}`)
    if (body.kind !== "data") throw new Error("not data")
    expect(() => readExecutions(subscribed(), body.body, DOGE_USD)).toThrow("frame.sequence: is missing")
  })
})

describe("what is remembered", () => {
  it("is forgotten when the order ends", () => {
    const state = subscribed(pendingNew)
    hear(state, 2, "update", { order_id: "OABC", exec_type: "canceled" })
    expect(state.known.size).toBe(0)
  })

  it("is bounded, however many ends go unheard", () => {
    const state = subscribed()
    for (let n = 0; n < 3_000; n++) hear(state, n + 2, "update", { ...pendingNew, order_id: `O${n}` })
    expect(state.known.size).toBe(MAX_FOLLOWED_ORDERS)
    expect(state.known.has("O2999")).toBe(true)
  })
})
