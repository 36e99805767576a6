/**
 * What Kraken calls one pair and its two currencies, which differs from place to place. Where `AssetPairs` has been asked, its word
 * counts (`learnNames`); a name that is not recognised is never a reason to leave out a row that carries our own id.
 */
import { optionalText, type Row, soleEntryNamed } from "../../../../core/wire/json.ts"

/** The names of a connection's pair. The last three change in place, once, when the exchange has said them. */
export interface PairNames {
  /** In REST requests and replies: `XDGUSD`. */
  readonly pair: string
  /** In WebSocket v2: `DOGE/USD`. */
  readonly symbol: string
  /** The base asset in balances: `XXDG`. */
  baseAsset: string
  /** The quote asset in balances: `ZUSD`. */
  quoteAsset: string
  /** Everything else that `AssetPairs` calls the pair. */
  spellings: ReadonlyArray<string>
}

/** The names Kraken has for this one pair. */
export const DOGE_USD: Readonly<PairNames> = {
  pair: "XDGUSD",
  symbol: "DOGE/USD",
  baseAsset: "XXDG",
  quoteAsset: "ZUSD",
  spellings: []
}

/**
 * Takes over what `AssetPairs` says of the pair: key, `altname`, `wsname`, `base`, `quote`. Returns the name that its replies use
 * where that is another than the one configured, else null: rows and subjects go by it.
 */
export const learnNames = (names: PairNames, result: Row): string | null => {
  const [key, row] = soleEntryNamed(result)
  const [altname, wsname] = [optionalText(row, "altname"), optionalText(row, "wsname")]
  names.baseAsset = optionalText(row, "base") ?? names.baseAsset
  names.quoteAsset = optionalText(row, "quote") ?? names.quoteAsset
  names.spellings = [key, altname, wsname].filter((name) => name !== null)
  const byKey = names.pair === key && key === names.baseAsset + names.quoteAsset
  return altname === null || altname === names.pair || byKey ? null : altname
}

/** Whether a row belongs to the pair. Rows of older trades and orders were seen with other spellings. */
export const isPair = (names: PairNames, name: string): boolean =>
  name === names.pair ||
  name === names.symbol ||
  name === names.baseAsset + names.quoteAsset ||
  names.spellings.includes(name)

/** `XXDG` is `XDG` in some places, `ZUSD` is `USD`. */
const shortName = (asset: string): string => (/^[XZ]\w{3}$/.test(asset) ? asset.slice(1) : asset)

/** What the base currency (or the quote's) is called, in balances, streams and elsewhere. */
export const namesOfAsset = (
  { symbol, baseAsset, quoteAsset }: PairNames,
  which: "base" | "quote"
): ReadonlyArray<string> => {
  const asset = which === "base" ? baseAsset : quoteAsset
  const [base = "", quote = ""] = symbol.split("/")
  return [asset, shortName(asset), which === "base" ? base : quote]
}
