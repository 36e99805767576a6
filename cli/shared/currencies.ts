/** What the pair's two currencies are called. */
import type { Settings } from "../../app/settings.ts"

/** The pair's currencies, as the settings name them. */
export interface Currencies {
  readonly base: string
  readonly quote: string
}

/** `DOGE/USD` as its two names. */
export const currenciesOf = ({ symbol }: Pick<Settings, "symbol">): Currencies => {
  const [base = "", quote = ""] = symbol.split("/")
  return { base, quote }
}
