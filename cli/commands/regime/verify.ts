/** `kennel regime verify`: what the advisor said, recomputed from the candles it saw. */
import { Console, Effect, Schema } from "effect"
import { Command } from "effect/cli"
import { timeframeName } from "../../../shared/candles/core/candle.ts"
import { instant } from "../../../shared/words/instants.ts"
import { loadSettings } from "../../shared/settings.ts"
import { archive, journalAt, json, where } from "../journal/where.ts"
import { differencesIn, type Recomputed, recomputeRegimes } from "./recompute.ts"

/** Recorded regimes do not follow from the candles; the lines above name the first. */
class RegimesDiffer extends Schema.TaggedError<RegimesDiffer>()("RegimesDiffer", { differences: Schema.Int }) {
  override get message(): string {
    return `${this.differences} recorded regimes or trainings differ from what this build computes of the candles, under the HMM_* settings of now`
  }
}

/** For people: the counts, what could not be recomputed and why, the first difference. */
export const linesOf = (found: Recomputed): ReadonlyArray<string> => {
  const { trainings, regimes, reasons, first, storedCandles, storeAway } = found
  const counts = ({ same, differ, notAtHand }: Recomputed["regimes"]): string =>
    `${same} as recorded, ${differ} otherwise, ${notAtHand} not recomputed`
  return [
    `trainings: ${counts(trainings)}`,
    `regimes: ${counts(regimes)}`,
    ...[...reasons].map(([why, count]) => `not recomputed, their candles are not at hand: ${count}: ${why}`),
    ...(storedCandles === 0 ? [] : [`${storedCandles} candles that the journal does not tell are the store's`]),
    ...(storeAway === null ? [] : [`candles that the journal does not tell could not be had: ${storeAway}`]),
    ...(first === null
      ? []
      : [
          `first difference: record ${first.seq}, ${instant(first.timeMs, true)} UTC, ${first.fact}` +
            `${first.intervalMin === null ? "" : ` ${timeframeName(first.intervalMin)}`}, ${first.field}: ` +
            `recorded ${first.recorded}, recomputed ${first.recomputed}`
        ]),
    `${differencesIn(found)} differences`
  ]
}

const jsonOf = (found: Recomputed): string => {
  const { trainings, regimes, reasons, first, storedCandles, storeAway } = found
  const timeframe = first === null || first.intervalMin === null ? null : timeframeName(first.intervalMin)
  return JSON.stringify({
    differences: differencesIn(found),
    trainings,
    regimes,
    reasons: Object.fromEntries(reasons),
    storedCandles,
    storeAway,
    first: first === null ? null : { ...first, timeframe }
  })
}

/** The command. */
export const verifyCommand = Command.make(
  "verify",
  { where, archive, json },
  Effect.fn(function* ({ where, archive, json }) {
    const settings = yield* loadSettings()
    yield* Effect.gen(function* () {
      const found = yield* recomputeRegimes(settings)
      yield* json ? Console.log(jsonOf(found)) : Console.log(linesOf(found).join("\n"))
      const differences = differencesIn(found)
      if (differences > 0) return yield* new RegimesDiffer({ differences })
    }).pipe(Effect.provide(journalAt(settings, where, archive)))
  })
).pipe(
  Command.withDescription(
    "Recompute every recorded regime and training from the candles of the journal, and of the store where the journal tells none"
  )
)
