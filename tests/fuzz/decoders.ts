/** Every decoder that reads what others wrote, by name, each with its cases and what must hold of what it takes. */
import fc from "fast-check"
import { Effect, Logger, Result } from "effect"
import { readSettings, SETTING_ROWS } from "../../app/settings.ts"
import { readAction } from "../../services/control-plane/actions/actionRequest.ts"
import { makeDoor } from "../../services/control-plane/http/door.ts"
import { typedOf } from "../../services/control-plane/telegram/core/commands.ts"
import { messagesOf } from "../../services/control-plane/telegram/core/lines.ts"
import { pressedOf } from "../../services/control-plane/telegram/core/pressed.ts"
import { readUpdate } from "../../services/control-plane/telegram/updates.ts"
import { openRecording } from "../../services/exchange-sim/core/market/rows.ts"
import { TradeLineRefused, TradeLines } from "../../services/market-context/core/archive/tradeLines.ts"
import { ACTIONS } from "../../shared/core/actions/actions.ts"
import { FileReader } from "../../shared/candles/core/file/fileReader.ts"
import { memoryPages } from "../../shared/candles/core/file/records.ts"
import { CandleFileRefused } from "../../shared/candles/core/file/refused.ts"
import { DecimalError } from "../../shared/core/decimal/decimal.ts"
import { WireProblem } from "../../shared/core/wire/json.ts"
import { readBalances, readConstraints, readFees, readTime } from "../../shared/exchange/kraken/core/wire/account.ts"
import { readReply } from "../../shared/exchange/kraken/core/wire/envelope.ts"
import { emptyExecutions, readExecutions } from "../../shared/exchange/kraken/core/wire/executions.ts"
import { readFrame } from "../../shared/exchange/kraken/core/wire/frame.ts"
import { DOGE_USD } from "../../shared/exchange/kraken/core/wire/names.ts"
import { readBars } from "../../shared/exchange/kraken/core/wire/ohlc.ts"
import { readFillsPage, readOrders } from "../../shared/exchange/kraken/core/wire/orders.ts"
import { readRestTicker, readTickers } from "../../shared/exchange/kraken/core/wire/ticker.ts"
import { readTradePage, readTrades } from "../../shared/exchange/kraken/core/wire/trades.ts"
import {
  decodeFrame,
  decodeSegmentHeader,
  encodeFrame,
  encodeSegmentHeader
} from "../../shared/journal/embedded/directory/frame.ts"
import { blocksOf, decodeSeekTable, encodeSeekTable } from "../../shared/journal/embedded/packing/seekTable.ts"
import { decodeSnapshot, encodeSnapshot } from "../../shared/journal/snapshotText.ts"
import { damagedBytes, damagedText, type Decoder, decoder, odd, possible, taken } from "./decoder.ts"
import { EDGES } from "./edges.ts"
import { MARKS_AND_FILES } from "./marksAndFiles.ts"
import { SOURCES } from "./sources.ts"
import { candleLines, FRAMES, REPLIES, tradeLines } from "./seeds.ts"

const frames = decoder(damagedText(FRAMES), (raw) =>
  taken([WireProblem], () => {
    const frame = readFrame(raw)
    if (frame.kind !== "data") return possible(frame)
    const readers: Readonly<Record<string, () => unknown>> = {
      ticker: () => readTickers(frame.body, DOGE_USD),
      trade: () => readTrades(frame.body, DOGE_USD),
      ohlc: () => readBars(frame.body, DOGE_USD, 1),
      executions: () => {
        const read = readExecutions(emptyExecutions(), frame.body, DOGE_USD)
        return read.kind === "gap" ? read : read.events
      }
    }
    possible(Object.hasOwn(readers, frame.channel) ? readers[frame.channel]?.() : null)
  })
)

const REPLY_READERS = [
  readTime,
  readConstraints,
  readFees,
  readRestTicker,
  readTradePage,
  (result: Parameters<typeof readTime>[0]) => readBalances(result, DOGE_USD),
  (result: Parameters<typeof readTime>[0]) => readOrders(result, DOGE_USD, true),
  (result: Parameters<typeof readTime>[0]) => readFillsPage(result, DOGE_USD)
] as const

const replies = decoder(fc.tuple(damagedText(REPLIES), fc.constantFrom(...REPLY_READERS)), ([body, read]) =>
  taken([WireProblem], () => {
    const reply = readReply(body)
    if (reply.ok) possible(read(reply.result))
  })
)

const FRAME = encodeFrame({
  seq: 7,
  subject: "market.XDGUSD.price",
  id: "1.market-feed.7",
  data: new TextEncoder().encode('{"v":2,"events":[]}'),
  storedMs: 1_795_183_203_000,
  previousCrc: 1,
  durableSeq: 6
}).frame
const HEADER = encodeSegmentHeader({ firstSeq: 7, previousCrc: 9 })

const segments = decoder(damagedBytes([FRAME, HEADER, Buffer.concat([HEADER, FRAME, FRAME])]), (given) => {
  const bytes = Buffer.from(given)
  const header = decodeSegmentHeader(bytes)
  const frame = decodeFrame(bytes, "problem" in header ? 0 : HEADER.length)
  if (frame !== null) possible({ ...frame, record: { ...frame.record, data: null } })
  return frame !== null || !("problem" in header)
})

const BLOCKS = [131_072, 131_072, 977].map((length) => ({ length, packedLength: Math.ceil(length / 5) }))
const seekTables = decoder(damagedBytes([encodeSeekTable(BLOCKS), encodeSeekTable([])]), (given) => {
  const bytes = Buffer.from(given)
  const table = decodeSeekTable(bytes, bytes.length + BLOCKS.reduce((sum, { packedLength }) => sum + packedLength, 0))
  possible(table)
  if (table !== null) possible(blocksOf(table, 100_000, 50_000))
  return table !== null
})

const SNAPSHOT = encodeSnapshot({
  actor: "slot-1",
  seq: 41,
  recordId: "1.slot-1.40",
  recordHash: "abc",
  reducerVersion: "3",
  stateHash: "def",
  state: '{"nowMs":1,"base":"7n"}'
})
const snapshots = decoder(damagedText([SNAPSHOT]), (text) => {
  const snapshot = Effect.runSync(decodeSnapshot(text, "here").pipe(Effect.provide(Logger.layer([]))))
  if (snapshot !== null) possible(snapshot)
  return snapshot !== null
})

const settingText = fc.oneof(
  odd.map((value) => JSON.stringify(value)),
  fc.string({ maxLength: 40, unit: "binary" }),
  fc.constantFrom(...SETTING_ROWS.map(({ defaultText }) => defaultText)),
  damagedText([
    "127.0.0.1",
    "XDGUSD",
    "DOGE/USD",
    "nats://a:4222,tls://b:4222",
    "https://h:1/x",
    "recorded:x.csv",
    "1d,4h"
  ])
)
const settings = decoder(
  fc.array(fc.tuple(fc.constantFrom(...SETTING_ROWS.map(({ name }) => name), "__proto__"), settingText), {
    maxLength: 4
  }),
  (given) => {
    const { settings: read, problems } = readSettings(Object.fromEntries(given))
    // Wrong ones have their defaults: whatever is there can be.
    possible(read)
    for (const [name, text] of given) {
      // What another setting holds too is that one's to show.
      const alone = given.every((other) => other[0] === name || !other[1].includes(text))
      const secret = SETTING_ROWS.find((row) => row.name === name)?.secret === true && text.length > 12 && alone
      if (secret && problems.some((line) => line.includes(text))) throw new Error(`${name} is shown`)
    }
    return problems.length === 0
  }
)

const ACTION_BODIES = [
  ...Object.keys(ACTIONS).map((action) =>
    JSON.stringify({ action, note: "x", slot_id: 1, pct: 1, count: 2, limit: "5" })
  ),
  '{"action":"pause","id":"a","author":"b","preview":true,"shown":["c"],"note":"d"}',
  '{"action":"set_entry_pct","pct":0.5}',
  '{"action":"set_daily_loss_limit","limit":"5"}',
  '{"action":"add_slot","count":3}'
]
const actions = decoder(damagedText(ACTION_BODIES), (text) => {
  let body: unknown
  try {
    body = JSON.parse(text) as unknown
  } catch {
    return false
  }
  const read = readAction(body, { FAR_RECOVERY_DISTANCE_PCT: 3, FAR_RECOVERY_COUNT: 8 })
  if (Result.isFailure(read)) return false
  possible(read.success)
  if (!Object.hasOwn(ACTIONS, read.success.command.name)) throw new Error(read.success.command.name)
  return true
})

const UPDATES = [
  '{"update_id":7,"message":{"message_id":1,"date":0,"chat":{"id":42},"from":{"id":5,"username":"ann"},"text":"/soft_close 2 1"}}',
  '{"update_id":8,"message":{"message_id":2,"chat":{"id":-100},"from":{"id":5},"text":"/set_entry_pct@bot 0.3%"}}',
  '{"update_id":9,"callback_query":{"id":"p","from":{"id":5,"username":"ann"},"data":"sc:2:1","message":{"message_id":3,"chat":{"id":42}}}}',
  '{"update_id":10,"callback_query":{"id":"p","from":{"id":5},"data":"ok:9","message":{"message_id":3,"chat":{"id":42}}}}',
  '{"update_id":11,"edited_message":{"message_id":1,"chat":{"id":42},"text":"/pause x"}}'
]
const telegramUpdates = decoder(
  damagedText(UPDATES),
  (text) => {
    let raw: unknown
    try {
      raw = JSON.parse(text) as unknown
    } catch {
      return false
    }
    const update = readUpdate(raw)
    if (update === null || update._tag === "Other") return false
    possible(update)
    if (update._tag === "Press") {
      const pressed = pressedOf(update.data)
      if (pressed !== null) possible(pressed)
      return pressed !== null
    }
    const typed = typedOf(update.text, "bot")
    if (typed._tag === "Unknown") for (const message of messagesOf(typed.lines)) possible({ message })
    if (typed._tag !== "Action") return typed._tag === "View"
    const read = readAction(typed.body, { FAR_RECOVERY_DISTANCE_PCT: 3, FAR_RECOVERY_COUNT: 8 })
    if (Result.isSuccess(read)) possible(read.success)
    return Result.isSuccess(read)
  },
  10_000
)

const door = makeDoor("127.0.0.1", ["kennel.example"])
const hosts = decoder(
  damagedText(["127.0.0.1:8080", "localhost", "[::1]:80", "kennel.example", "kennel.example.evil", "127.0.0.1@evil"]),
  (host) => {
    const heard = door({ host }) === null
    if (heard && !/^(127\.0\.0\.1|localhost|\[::1\]|kennel\.example)\.?(:\d+)?$/i.test(host)) throw new Error(host)
    return heard
  }
)

const NOW_SEC = 1_795_183_203

const candleFiles = decoder(
  damagedText(candleLines),
  (text) =>
    taken([CandleFileRefused], () => {
      const reader = new FileReader({ file: "x.csv", pages: memoryPages(), nowSec: NOW_SEC })
      reader.push(text)
      const { settled } = openRecording(reader.end(), NOW_SEC)
      for (let place = 0; place < settled.length; place++) {
        const row = settled.at(place)
        possible(row)
        if (!(row.low <= row.open && row.low <= row.close && row.high >= row.open && row.high >= row.close)) {
          throw new Error(`low ${row.low} high ${row.high} open ${row.open} close ${row.close}`)
        }
      }
    }),
  // Each reads into pages of its own.
  300
)

const tradeFiles = decoder(damagedText(tradeLines), (text) =>
  taken([TradeLineRefused, DecimalError], () => {
    const lines = new TradeLines()
    for (const line of text.split("\n")) possible(lines.read(line))
  })
)

/** By the name that `--decoder` takes. */
export const DECODERS: Readonly<Record<string, Decoder>> = {
  frames,
  replies,
  segments,
  "seek-tables": seekTables,
  snapshots,
  settings,
  actions,
  hosts,
  "telegram-updates": telegramUpdates,
  "candle-files": candleFiles,
  "trade-files": tradeFiles,
  ...MARKS_AND_FILES,
  ...SOURCES,
  ...EDGES
}
