import { describe, expect, it } from "vitest"
import { Price } from "../../../../core/decimal/decimal.ts"
import { readFrame } from "./frame.ts"
import { DOGE_USD } from "./names.ts"
import { readTickers } from "./ticker.ts"

const TICKER = `{"channel":"ticker","type":"update","data":[{"symbol":"DOGE/USD","bid":0.1234567,"bid_qty":100.0,
"ask":1.234568e-1,"ask_qty":5.5,"last":0.12345,"volume":1.0,"vwap":0.12,"low":0.11,"high":0.13,"change":0.001,
"change_pct":0.8,"new_field":{"a":1}}]}`

describe("frames of any connection", () => {
  it.each([
    [`{"channel":"heartbeat"}`, { kind: "heartbeat" }],
    [
      `{"channel":"status","type":"update","data":[{"system":"online","version":"2.0.10","api_version":"v2",
        "connection_id":12345678901234567890,"upcoming_maintenance":[],"emergency":[]}]}`,
      { kind: "status", system: "online" }
    ],
    [
      `{"method":"pong","req_id":3,"time_in":"2026-11-20T10:00:00.000001Z","time_out":"2026-11-20T10:00:00.250999Z"}`,
      { kind: "pong", reqId: 3, venueMs: 1795168800250 }
    ],
    [
      `{"method":"subscribe","result":{"channel":"ticker","symbol":"DOGE/USD","snapshot":true},"success":true,
        "time_in":"2026-11-20T10:00:00Z","time_out":"2026-11-20T10:00:00Z","req_id":7}`,
      { kind: "subscribed" }
    ],
    [
      `{"method":"subscribe","error":"Currency pair not supported XBT/USD","success":false,"symbol":"XBT/USD","req_id":7}`,
      { kind: "refused", error: "Currency pair not supported XBT/USD" }
    ],
    [`{"method":"unsubscribe","success":true}`, { kind: "other" }],
    [`{"something":"new"}`, { kind: "other" }]
  ])("%s", (raw, frame) => {
    expect(readFrame(raw)).toEqual(frame)
  })

  it("a channel nobody has heard of is data for somebody else", () => {
    expect(readFrame(`{"channel":"weather","data":[]}`)).toMatchObject({ kind: "data", channel: "weather" })
  })

  it.each([
    ["not json", "text: is not JSON"],
    ["[1,2]", "frame: is"],
    [`{"channel":"status","data":[{}]}`, "frame.data[0].system: is missing"],
    [`{"method":"pong","req_id":1}`, "frame.time_out: is missing"]
  ])("%s is malformed", (raw, problem) => {
    expect(() => readFrame(raw)).toThrow(problem)
  })
})

describe("the ticker", () => {
  const read = (raw: string) => {
    const frame = readFrame(raw)
    if (frame.kind !== "data") throw new Error(`not data: ${frame.kind}`)
    return readTickers(frame.body, DOGE_USD)
  }

  it("gives exact prices", () => {
    expect(read(TICKER)).toEqual([
      { bid: Price.parse("0.1234567"), ask: Price.parse("0.1234568"), last: Price.parse("0.12345") }
    ])
  })

  it("leaves other symbols out", () => {
    expect(read(TICKER.replace("DOGE/USD", "BTC/USD"))).toEqual([])
  })

  it("without a bid names the field", () => {
    expect(() => read(TICKER.replace(`"bid":0.1234567,`, ""))).toThrow("frame.data[0].bid: is missing")
  })
})
