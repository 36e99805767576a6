/** Table `symbols`: what candles are kept of. */
import { Effect, Schema } from "effect"
import type { SymbolStore } from "../port.ts"
import { ask, lastOfEach, pieces, readPages, send } from "./call.ts"
import type { Client } from "./client.ts"

const SymbolRows = Schema.Array(Schema.Struct({ symbol: Schema.String }))

export const makeSymbols = (client: Client): SymbolStore => ({
  enabled: Effect.suspend(() =>
    readPages<(typeof SymbolRows.Type)[number]>((last, limit) =>
      ask("symbols.enabled", SymbolRows, () =>
        client
          .from("symbols")
          .select("symbol")
          .eq("enabled", true)
          .gt("symbol", last?.symbol ?? "")
          .order("symbol")
          .limit(limit)
      )
    )
  ).pipe(Effect.map((rows) => rows.map(({ symbol }) => symbol))),
  upsert: (symbols) =>
    Effect.forEach(
      pieces(lastOfEach(symbols, ({ symbol }) => symbol)),
      (piece) =>
        send("symbols.upsert", () =>
          client.from("symbols").upsert(
            piece.map(({ symbol, name, enabled }) => ({ symbol, name, enabled })),
            { onConflict: "symbol" }
          )
        ),
      { discard: true }
    )
})
