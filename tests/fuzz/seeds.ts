/** What decoders read when nothing is wrong. */

const TIME = "2026-11-20T10:00:05.123456Z"
const frame = (channel: string, type: string, ...data: ReadonlyArray<object>): string =>
  JSON.stringify({ channel, type, data, sequence: 1 })

/** Frames of the WebSocket, each channel and each kind. */
export const FRAMES: ReadonlyArray<string> = [
  '{"channel":"heartbeat"}',
  '{"channel":"status","type":"update","data":[{"system":"online","api_version":"v2"}]}',
  `{"method":"pong","req_id":3,"time_in":"${TIME}","time_out":"${TIME}"}`,
  '{"method":"subscribe","success":true,"result":{"channel":"ticker"}}',
  '{"error":"ESession:Invalid session","method":"subscribe","success":false}',
  frame("ticker", "update", { symbol: "DOGE/USD", bid: 0.1, ask: 0.2, last: 0.15 }),
  frame("trade", "update", { symbol: "DOGE/USD", side: "buy", price: 0.1, qty: 7, trade_id: 5, timestamp: TIME }),
  frame("ohlc", "update", {
    symbol: "DOGE/USD",
    interval: 1,
    interval_begin: "2026-11-20T10:00:00Z",
    open: 0.1,
    high: 0.2,
    low: 0.1,
    close: 0.15,
    volume: 9,
    trades: 3
  }),
  frame("executions", "snapshot", {
    order_id: "OABC",
    exec_id: "TXYZ",
    exec_type: "trade",
    trade_id: 365_573,
    symbol: "DOGE/USD",
    side: "sell",
    last_qty: 60,
    last_price: 0.202,
    liquidity_ind: "m",
    cost: 12.12,
    fees: [{ asset: "USD", qty: 0.0303 }],
    order_status: "partially_filled",
    timestamp: TIME
  }),
  frame("executions", "snapshot", {
    order_id: "OABC",
    cl_ord_id: "k01",
    symbol: "DOGE/USD",
    side: "sell",
    order_qty: 60,
    limit_price: 0.202,
    order_status: "new",
    exec_type: "new",
    timestamp: TIME
  })
]

const reply = (result: unknown): string => JSON.stringify({ error: [], result })

/** Replies of the REST API, of each kind that is asked for. */
export const REPLIES: ReadonlyArray<string> = [
  '{"error":["EAPI:Invalid key"]}',
  reply({ unixtime: 1_795_183_203, rfc1123: "Fri, 20 Nov 26 10:00:03 +0000" }),
  reply({
    XDGUSD: {
      altname: "XDGUSD",
      wsname: "XDG/USD",
      pair_decimals: 7,
      lot_decimals: 8,
      ordermin: "50",
      costmin: "0.5",
      status: "online"
    }
  }),
  reply({ XDGUSD: { a: ["0.1", "1", "1"], b: ["0.09", "1", "1"], c: ["0.1", "5"] } }),
  reply({ XXDG: { balance: "100.5", hold_trade: "3" }, ZUSD: { balance: "20.1234", hold_trade: "0" } }),
  reply({
    volume: "10",
    fees: { XDGUSD: { fee: "0.4" } },
    fees_maker: { XDGUSD: { fee: "0.25" } }
  }),
  reply({ XDGUSD: [["0.1", "5", 1_795_183_203.5, "b", "l", "", 7]], last: "1795183203500000000" }),
  reply({
    OABC: {
      cl_ord_id: "k01",
      status: "open",
      opentm: 1_795_183_203.5,
      vol: "60",
      vol_exec: "0",
      cost: "0",
      fee: "0",
      descr: { pair: "XDGUSD", type: "buy", ordertype: "limit", price: "0.1" }
    }
  }),
  reply({
    count: 1,
    trades: {
      TXYZ: {
        ordertxid: "OABC",
        pair: "XDGUSD",
        time: 1_795_183_203.5,
        type: "buy",
        ordertype: "limit",
        price: "0.1",
        cost: "6",
        fee: "0.01",
        vol: "60",
        maker: true
      }
    }
  })
]

const candle = (minute: number): string => `${1_795_180_020 + 60 * minute},0.1,0.12,0.09,0.11,500,7`

/** Files of candles: of other programs' kinds. */
export const candleLines: ReadonlyArray<string> = [
  [0, 1, 2, 3, 4].map(candle).join("\n"),
  ["time,open,high,low,close,volume,trades", ...[0, 1, 2, 3].map(candle)].join("\n")
]

/** Files of trades. */
export const tradeLines: ReadonlyArray<string> = [
  "1795180020.1,0.1,5\n1795180021.2,0.11,6\n",
  "1,0.1,5,0.5,1795180020123,true,true\n2,0.11,6,0.6,1795180021123,false,true\n",
  "id,price,qty,first,last,time,is_buyer_maker\n1,0.1,5,1,1,1795180020123,true\n"
]
