/** From the choice of a market to its process. The only place of the market that touches files. */
import { Effect } from "effect"
import { attempt, readCandleFile } from "../../../shared/candles/candleFile.ts"
import { leftOutText } from "../../../shared/candles/core/file/leftOut.ts"
import { parseMarketChoice } from "../core/market/choice.ts"
import { LiveMarket } from "../core/market/live.ts"
import { type MarketProcess, MINUTE_MS } from "../core/market/process.ts"
import { looped } from "../core/market/looped.ts"
import { recordedMarket, recordingEnd, recordingStart } from "../core/market/recorded.ts"
import { openRecording } from "../core/market/rows.ts"
import { syntheticMarket } from "../core/market/synthetic.ts"
import { TAPE_KEEPS_MS } from "../core/market/tape.ts"
import { ExchangeSimError } from "../opening.ts"
import type { ExchangeSimOptions } from "../options.ts"
import { messageOf } from "../../../shared/core/messageOf.ts"

/** A market that an exchange can be opened on. */
export interface MarketSource {
  /** First moment of a recording; null when the market can start at any time. */
  readonly recordingMs: number | null
  /** When it is over, Unix milliseconds; null for a market that does not end. */
  readonly endMs: number | null
  /** The process for an exchange that was created then. */
  readonly process: (createdMs: number) => MarketProcess
  /** Null unless trades have to be brought from outside. */
  readonly live: LiveMarket | null
}

/** Reads the choice and, where it names one, the recording. Fails with `ExchangeSimError` when either cannot be used. */
export const openMarket = Effect.fn("exchangeSim.openMarket")(function* (options: ExchangeSimOptions) {
  const { seed, priceDecimals, volumeDecimals } = options
  const market = yield* Effect.try({
    try: () => parseMarketChoice(options.market),
    catch: (error) => new ExchangeSimError({ detail: messageOf(error) })
  })
  switch (market.kind) {
    case "synthetic": {
      // The market is older than the exchange, so that candles can be asked for from the first moment.
      const fromMs = (createdMs: number) => createdMs - (createdMs % MINUTE_MS) - TAPE_KEEPS_MS
      const process = (createdMs: number) =>
        syntheticMarket({ seed, fromMs: fromMs(createdMs), priceDecimals, volumeDecimals })
      return { recordingMs: null, endMs: null, process, live: null } satisfies MarketSource
    }
    case "recorded": {
      const { path } = market
      // A recording is of the wall's past, whatever clock its market will keep.
      const nowSec = Math.floor(Date.now() / 1_000)
      const { recording, settled } = yield* readCandleFile(path, { nowSec }).pipe(
        Effect.flatMap((found) => attempt(path, () => openRecording(found, nowSec))),
        Effect.mapError((error) => failure(error.message))
      )
      for (const left of settled.leftOut) yield* Effect.logWarning(`exchange-sim: ${path}: ${leftOutText(left)}`)
      for (const remark of settled.remarks) yield* Effect.logInfo(`exchange-sim: ${path}: ${remark}`)
      const [startMs, endMs] = [recordingStart(recording), recordingEnd(recording)]
      const once = recordedMarket(recording, priceDecimals)
      const process = options.loop ? looped(once, endMs - startMs) : once
      return {
        recordingMs: startMs,
        endMs: options.loop ? null : endMs,
        process: () => process,
        live: null
      } satisfies MarketSource
    }
    case "upstream": {
      const live = new LiveMarket()
      return { recordingMs: null, endMs: null, process: () => live, live } satisfies MarketSource
    }
  }
})

const failure = (problem: string) => new ExchangeSimError({ detail: `market recorded:${problem}` })
