/** Where prices come from, as a person writes it. */

/** The market an exchange is opened on. */
export type MarketChoice =
  | { readonly kind: "synthetic" }
  /** Path of a CSV file of candles or trades, plain or gzipped. */
  | { readonly kind: "recorded"; readonly path: string }
  /** Kraken's public stream. Needs the network, and a speed of 1. */
  | { readonly kind: "upstream" }

/** Reads `synthetic`, `recorded:<path>` or `upstream`; throws an Error that says what is accepted. */
export const parseMarketChoice = (text: string): MarketChoice => {
  if (text === "synthetic" || text === "upstream") return { kind: text }
  const [kind, path] = [text.slice(0, text.indexOf(":")), text.slice(text.indexOf(":") + 1)]
  if (kind === "recorded" && path !== "") return { kind, path }
  throw new Error(`market "${text}" is not one of: synthetic, recorded:<path to a .csv or .csv.gz>, upstream`)
}
