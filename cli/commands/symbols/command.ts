/** `kennel symbols list|add|remove|discover`: the watchlist, whose history is kept besides the traded pair's. */
import { Console, Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { storeBeside } from "../../../app/leaves/store.ts"
import { KRAKEN } from "../../../app/leaves/exchange.ts"
import type { Settings } from "../../../app/settings.ts"
import { Store, type SymbolRow } from "../../../shared/store/port.ts"
import { loadSettings } from "../../shared/settings.ts"
import { table } from "../../shared/table.ts"
import { discoverPairs } from "./discover.ts"

const symbols = Argument.String("symbol").pipe(
  Argument.withDescription("Symbols, as the source names them: XBTUSD ETHUSD"),
  Argument.variadic({ min: 1 })
)

/** Puts the rows into the watchlist, and says what is watched now. */
const changed = (settings: Settings, rows: ReadonlyArray<SymbolRow>) =>
  Effect.gen(function* () {
    const store = yield* Store
    if (rows.length > 0) yield* store.symbols.upsert(rows)
    const watched = yield* store.symbols.enabled
    yield* Console.log(watched.length === 0 ? "no symbol is watched; kennel symbols add XBTUSD" : watched.join("\n"))
  }).pipe(Effect.provide(storeBeside(settings)))

const rowsOf = (named: ReadonlyArray<string>, enabled: boolean): ReadonlyArray<SymbolRow> =>
  [...new Set(named.flatMap((part) => part.split(",")).filter((part) => part !== ""))].map((symbol) => ({
    symbol,
    name: symbol,
    enabled
  }))

/** Where real pairs are listed: on paper not at the simulated exchange, which has one. */
const listedAt = ({ live, restUrl, candleSource, candleSourceUrl }: Settings): string =>
  (live && restUrl) || (candleSource === "kraken" && candleSourceUrl) || KRAKEN.restUrl

const listCommand = Command.make(
  "list",
  {},
  Effect.fn(function* () {
    yield* changed(yield* loadSettings(), [])
  })
).pipe(Command.withDescription("The symbols that are watched, a line each"))

const addCommand = Command.make(
  "add",
  { symbols },
  Effect.fn(function* (given) {
    yield* changed(yield* loadSettings(), rowsOf(given.symbols, true))
  })
).pipe(Command.withDescription("Watch these too; the next backfill fetches their history"))

const removeCommand = Command.make(
  "remove",
  { symbols },
  Effect.fn(function* (given) {
    yield* changed(yield* loadSettings(), rowsOf(given.symbols, false))
  })
).pipe(Command.withDescription("Watch these no longer; their candles stay"))

const discoverCommand = Command.make(
  "discover",
  {
    filter: Flag.String("filter").pipe(
      Flag.withDescription("Only pairs whose name holds this: USD, DOGE"),
      Flag.withDefault("")
    ),
    add: Flag.Boolean("add").pipe(Flag.withDescription("Watch all that are listed"), Flag.withDefault(false)),
    url: Flag.String("url").pipe(Flag.withDescription("Another address of Kraken's REST API"), Flag.optional)
  },
  Effect.fn(function* ({ filter, add, url }) {
    const settings = yield* loadSettings()
    const pairs = yield* discoverPairs(
      Option.getOrElse(url, () => listedAt(settings)),
      filter
    )
    if (pairs.length === 0) return yield* Console.log(`no pair whose name holds ${filter}`)
    if (!add) {
      const rows = pairs.map(({ symbol, name, status }) => [symbol, name, status])
      return yield* Console.log(table([["symbol", "pair", "state"], ...rows]))
    }
    yield* changed(
      settings,
      pairs.map(({ symbol, name }) => ({ symbol, name, enabled: true }))
    )
  })
).pipe(Command.withDescription("The pairs that the exchange lists, asked without a key"))

export const symbolsCommand = Command.make("symbols").pipe(
  Command.withSubcommands([listCommand, addCommand, removeCommand, discoverCommand])
)
