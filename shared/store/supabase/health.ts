/** What is known of all tables. */
import { Effect, Schema } from "effect"
import { STORE_TABLES, type StoreError, type TableHealth } from "../port.ts"
import { ask } from "./call.ts"
import type { Client } from "./client.ts"

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
