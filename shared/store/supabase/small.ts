/** The small tables: `bot_state`, `symbols`, and what is known of all of them. */
import { Effect, Schema } from "effect"
import { type StateStore, STORE_TABLES, type StoreError, type SymbolStore, type TableHealth } from "../port.ts"
import { ask, lastOfEach, pieces, readPages, send } from "./call.ts"
import type { Client } from "./client.ts"

const StateRows = Schema.Array(Schema.Struct({ data: Schema.Unknown }))

/** PostgreSQL reads this text as the time of the statement: its clock, not ours. */
const NOW = "now"

/** Table `bot_state`. */
export const makeState = (client: Client): StateStore => ({
  get: (key) =>
    ask(`state.get ${key}`, StateRows, () => client.from("bot_state").select("data").eq("key", key)).pipe(
      Effect.map((rows) => rows[0]?.data ?? null)
    ),
  put: (key, value) =>
    send(`state.put ${key}`, () =>
      client.from("bot_state").upsert([{ key, data: value, updated_at: NOW }], { onConflict: "key" })
    ).pipe(Effect.asVoid)
})

const SymbolRows = Schema.Array(Schema.Struct({ symbol: Schema.String }))

/** Table `symbols`. */
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

const HealthRows = Schema.Array(Schema.Struct({ table_name: Schema.String, newest_sec: Schema.NullOr(Schema.Finite) }))

/** Every table of the port, there or not. Without the migrations' functions none of them is of use, so none counts as there. */
export const makeHealth = (client: Client): Effect.Effect<ReadonlyArray<TableHealth>, StoreError> =>
  ask("health", HealthRows, () => client.rpc("store_health")).pipe(
    Effect.catchIf(
      ({ advice }) => advice === "missing_table",
      () => Effect.succeed([])
    ),
    Effect.map((rows) =>
      STORE_TABLES.map((table): TableHealth => {
        const row = rows.find(({ table_name }) => table_name === table)
        return { table, present: row !== undefined, newestSec: row?.newest_sec ?? null }
      })
    )
  )
