/** The recording that a market on paper plays: is it there, can it be read, what is left out of it, and from when to when it goes. */
import { Effect, Option } from "effect"
import type { Settings } from "../../../app/settings.ts"
import { EXCHANGE_SIM_DEFAULTS } from "../../../services/exchange-sim/options.ts"
import { openMarket } from "../../../services/exchange-sim/source/marketSource.ts"
import { simulatorOptions } from "../../../services/exchange-sim/settings.ts"
import { type Check, fail, ok, warn } from "./check.ts"

/** A file of millions of rows takes longer; a start then does too, and nothing is wrong. */
const PATIENCE = "8 seconds"

const iso = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16)}Z`

/** Reads it whole, as a start does. Nothing is looked at where no recording is played. */
export const recordingCheck = (settings: Settings): Check<never> => ({
  what: "recording",
  look: Effect.suspend(() => {
    if (settings.live || !settings.market.startsWith("recorded:")) return Effect.succeed([])
    return openMarket({ ...EXCHANGE_SIM_DEFAULTS, ...simulatorOptions(settings) }).pipe(
      Effect.scoped,
      Effect.timeoutOption(PATIENCE),
      Effect.map(
        Option.match({
          onNone: () => warn("recording", `is not read within ${PATIENCE}`, "a start takes as long before it trades"),
          onSome: ({ recordingMs, endMs }) =>
            ok("recording", `from ${iso(recordingMs ?? 0)} to ${iso(endMs ?? 0)}; the market closes at its end`)
        })
      ),
      Effect.catchTag("ExchangeSimError", ({ message }) =>
        Effect.succeed(fail("recording", message, "mend the file, or set MARKET to another one"))
      ),
      Effect.map((finding) => [finding])
    )
  })
})
