/** A market feed on a stream and a REST that a test scripts frame by frame: what no simulated exchange would send. */
import { Effect, Layer, Stream } from "effect"
import { type MarketFeedError, marketFeed } from "../../../services/market-feed/service.ts"
import { decodeRecord, type StoredRecord } from "../../../shared/events/envelope.ts"
import { KrakenMarketData } from "../../../shared/exchange/kraken/layer.ts"
import { type Peer, type PeerSocket, runPeer } from "../../../shared/exchange/kraken/testing/peer.ts"
import { VenueClock } from "../../../shared/exchange/venueClock.ts"
import { MemoryJournal } from "../../../shared/journal/memory.ts"
import { Journal } from "../../../shared/journal/port.ts"
import { START_MS } from "./tape.ts"
import { subjects } from "./watch.ts"

/** A figure as a script writes it: as a number, or as a text that is none. */
type Figure = number | string

/** A ticker frame of the stream. */
export const tick = (last: Figure, bid: Figure = 0.1999, ask: Figure = 0.2001) => ({
  channel: "ticker",
  type: "update",
  data: [{ symbol: "DOGE/USD", bid, ask, last }]
})

/** REST's `Ticker`. */
export const answerOf = (last: string, bid = "0.1999", ask = "0.2001") => ({
  result: { XDGUSD: { a: [ask], b: [bid], c: [last] } }
})

/** Answers the subscription and sends these frames after it, each time. */
export const sends =
  (...frames: ReadonlyArray<object | string>): Peer["onMessage"] =>
  (socket: PeerSocket, { method, req_id: reqId }) => {
    if (method !== "subscribe") return
    socket.send({ method, req_id: reqId, success: true, result: { channel: "ticker", symbol: "DOGE/USD" } })
    socket.send(...frames)
  }

/** What a test does beside the feed. */
export interface ScriptedFeed {
  readonly peer: Peer
  /** The first `count` records of a subject. */
  readonly written: (subject: string, count: number) => Effect.Effect<ReadonlyArray<StoredRecord>>
}

/** Runs a test beside a feed whose peer was scripted by `script`; the feed's failure fails the test. */
export const onScriptedFeed = <E>(
  script: (peer: Peer) => void,
  test: (feed: ScriptedFeed) => Effect.Effect<void, E>
): Effect.Effect<void, E | MarketFeedError> =>
  Effect.gen(function* () {
    const { peer, options } = yield* runPeer
    peer.script("Time", { result: { unixtime: START_MS / 1_000, rfc1123: "" } })
    peer.script("Ticker", { error: ["EService:Busy"] })
    script(peer)
    yield* Effect.gen(function* () {
      const journal = yield* Journal
      const written = (subject: string, count: number) =>
        journal.tail({ from: 1, filter: subject }).pipe(
          Stream.take(count),
          Stream.map((record) => decodeRecord(record)),
          Stream.runCollect,
          Effect.orDie
        )
      const pace = { priceFactsPerSec: 20, clockIntervalMs: 5_000, staleAfterMs: 60_000 }
      yield* Effect.raceFirst(test({ peer, written }), marketFeed({ subjects, epoch: 1, ...pace }))
    }).pipe(
      Effect.provide(
        Layer.merge(
          MemoryJournal.layer(),
          Layer.provideMerge(KrakenMarketData.layer(options), VenueClock.layer({ speed: 1 }))
        )
      )
    )
  }).pipe(Effect.scoped)
