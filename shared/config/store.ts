/** Where the store is. */
import { SettingGroup } from "./setting.ts"

const store = new SettingGroup("Store")

const restPath = store.text("SUPABASE_REST_PATH", {
  default: "/rest/v1",
  range: "a path that begins with /",
  reason: "Where PostgREST answers under SUPABASE_URL. As hosted by default; a PostgREST of your own answers at /."
})

export const STORE_SETTINGS = {
  supabaseUrl: store.url("SUPABASE_URL", {
    default: "",
    schemes: ["http", "https"],
    reason: "Set: the tables are at this Supabase project or PostgREST. Empty: an embedded database in DATA_DIR/store."
  }),
  supabaseKey: store.secret("SUPABASE_KEY", {
    alsoCalled: ["SUPABASE_SERVICE_ROLE_KEY"],
    default: "",
    reason: "The service role key. For a PostgREST of your own: a token of its JWT secret with the role service_role."
  }),
  supabaseRestPath: {
    ...restPath,
    parse: (text: string): string => {
      if (!/^\/[\w./~-]*$/.test(text)) throw new Error("is no path such as /rest/v1")
      return text
    }
  }
} as const
