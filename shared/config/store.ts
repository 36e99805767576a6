/** Where the store is. */
import { secret, text, url } from "./setting.ts"

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
  })
} as const
