/** The account's fills of a window of time, page by page. */
import { Effect } from "effect"
import { ExchangeError, type Fill } from "../port.ts"
import type { PrivateCalls } from "./privateCalls.ts"
import type { PairNames } from "./core/wire/names.ts"
import { readFillsPage } from "./core/wire/orders.ts"

/** 200 pages of 50 cost the starter tier twenty minutes of its budget; who needs more asks for shorter windows. */
const MAX_FILLS = 10_000

/**
 * Every fill of the pair in (fromMs, toMs], oldest first. Kraken's window is widened to whole seconds on both sides and
 * cut here, because it is not documented how it takes a fraction. Both ends are fixed, so a new fill cannot shift the
 * pages; should one appear inside of the window all the same, it pushes others down, and they come twice, not never.
 */
export const fillsBetween = Effect.fn("Kraken.fills")(function* (
  call: PrivateCalls,
  names: PairNames,
  cost: { readonly calls: number; readonly trading: number },
  fromMs: number,
  toMs: number,
  ours?: ReadonlySet<string>
): Effect.fn.Return<ReadonlyArray<Fill>, ExchangeError> {
  const window = {
    start: String(Math.floor(fromMs / 1_000) - 1),
    end: String(Math.ceil(toMs / 1_000))
  }
  const newestFirst = new Map<string, Fill>()
  let offset = 0
  while (true) {
    const page = yield* call({
      method: "TradesHistory",
      kind: "read",
      params: { ...window, ofs: String(offset) },
      cost,
      read: (result) => readFillsPage(result, names, ours)
    })
    if (page.count > MAX_FILLS) {
      return yield* refuse("rejected", `${page.count} fills between ${fromMs} and ${toMs}, ${MAX_FILLS} are the most`)
    }
    for (const fill of page.fills) newestFirst.set(fill.execId, fill)
    offset += page.rows
    if (offset >= page.count) break
    if (page.rows === 0)
      return yield* refuse("unknown", `no fills at offset ${offset} although there are ${page.count}`)
  }
  return [...newestFirst.values()]
    .filter((fill) => fill.timeMs > fromMs && fill.timeMs <= toMs)
    .toReversed()
    .toSorted((a, b) => a.timeMs - b.timeMs)
})

const refuse = (advice: "rejected" | "unknown", detail: string) =>
  new ExchangeError({ operation: "TradesHistory", advice, source: "request", detail, retryAtMs: null })
