/** The store's part of the settings: where the tables are, and how much of the journal is copied into them. */
import { number, secret, text, url } from "../setting.ts"

const store = "Store"

export const STORE_SETTINGS = {
  supabaseUrl: url("SUPABASE_URL", {
    group: store,
    default: "",
    schemes: ["http", "https"],
    reason: "Set: the tables are at this Supabase project or PostgREST. Empty: an embedded database in DATA_DIR/store."
  }),
  supabaseKey: secret("SUPABASE_KEY", {
    group: store,
    default: "",
    reason: "The service role key. For a PostgREST of your own: a token of its JWT secret with the role service_role."
  }),
  supabaseRestPath: text("SUPABASE_REST_PATH", {
    group: store,
    default: "/rest/v1",
    range: "a path",
    reason: "Where PostgREST answers under SUPABASE_URL. As hosted by default; a PostgREST of your own answers at /."
  }),
  priceHistorySec: number("PRICE_HISTORY_SEC", {
    group: store,
    unit: "s",
    default: "10",
    min: 0.1,
    max: 86_400,
    reason: "The table price_history gets one price in this time of the exchange; the journal has them all."
  })
} as const
