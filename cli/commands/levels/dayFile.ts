/** A finished day's profile from the files that the market context keeps: its profile, else its trades. */
import { Effect } from "effect"
import { contextOptions, type ContextSettings } from "../../../services/market-context/options.ts"
import { ProfileTally } from "../../../services/market-context/core/profile/tally.ts"
import { profileOf, type VolumeProfile } from "../../../services/market-context/core/profile/volumeProfile.ts"
import { readIfThere } from "../../../shared/files/atomicFile.ts"
import { tradesOf } from "../../../services/market-context/files/columns.ts"
import { knownOf, profilePath, tradesPath } from "../../../services/market-context/files/dayFiles.ts"
import { decodeProfile, decodeTrades } from "../../../services/market-context/files/parquet.ts"
import { messageOf } from "../../../shared/core/messageOf.ts"

/** A day as its file has it; `missing` names stretches without trades that were not fetched. */
export interface DayOnFile {
  readonly profile: VolumeProfile
  readonly source: "profile_cache" | "trades"
  readonly path: string
}

/** Null where there is no file of the day with anything in it. Fails with a text that names the file. */
export const dayOnFile = Effect.fnUntraced(function* (settings: ContextSettings, pair: string, day: number) {
  const { files, tickSize, valueArea } = contextOptions(settings)
  const places = { ...files, pair }
  const reading = <A>(path: string, read: (bytes: ArrayBuffer) => Promise<A>) =>
    Effect.tryPromise({
      try: async () => {
        const bytes = readIfThere(path)
        return bytes === null ? null : await read(bytes)
      },
      catch: (error) => ({ message: `${path}: ${messageOf(error)}` })
    })
  const path = profilePath(places, day)
  const found = yield* reading(path, decodeProfile)
  const known = found === null ? null : yield* knownOf(path, day, tickSize, found)
  const kept = known === null ? null : profileOf(known.tally, valueArea)
  if (kept !== null) return { profile: kept, source: "profile_cache", path } satisfies DayOnFile
  const trades = tradesPath(places, day)
  const columns = trades === null ? null : ((yield* reading(trades, decodeTrades))?.columns ?? null)
  if (trades === null || columns === null) return null
  const tally = new ProfileTally(tickSize)
  for (const { price, volume } of tradesOf(columns, 0, columns.ids.length)) tally.add(price, volume)
  const profile = profileOf(tally, valueArea)
  return profile === null ? null : ({ profile, source: "trades", path: trades } satisfies DayOnFile)
})
