/** Which spellings of the pair REST takes, and under which key it answers. */
import { refuse, type Refusal } from "../core/engine/desk.ts"
import type { PairNames } from "../options.ts"

/** The key under which a reply shows the pair. */
export interface ResultKey {
  readonly key: string
}

/**
 * `XDGUSD` and `DOGEUSD` answer as `XDGUSD`, `DOGE/USD` as itself; all else is unknown (recorded from Kraken: also
 * `XXDGZUSD`).
 */
export const resultKey = (pair: PairNames, asked: string | null): ResultKey | Refusal => {
  if (asked === null || asked === pair.rest || asked === pair.symbol.replace("/", "")) return { key: pair.rest }
  return asked === pair.symbol ? { key: pair.symbol } : refuse("EQuery:Unknown asset pair")
}
