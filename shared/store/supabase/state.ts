/** Table `bot_state`: a value by its key. */
import { Effect, Schema } from "effect"
import type { StateStore } from "../port.ts"
import { ask, send } from "./call.ts"
import type { Client } from "./client.ts"

const StateRows = Schema.Array(Schema.Struct({ data: Schema.Unknown }))

/** PostgreSQL reads this text as the time of the statement: its clock, not ours. */
const NOW = "now"

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
