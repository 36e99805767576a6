/** The connection: supabase-js over a `fetch` of ours, which is where a time limit and a server without a prefix are seen to. */
import { createClient, type SupabaseClient } from "@supabase/supabase-js"
import { Redacted } from "effect"

/** The `fetch` of the platform, or something that answers like it. */
export type Fetch = (input: string, init: RequestInit) => Promise<Response>

/** Where PostgREST is and how it is asked. */
export interface SupabaseOptions {
  /** Base address, without `/rest/v1`. */
  readonly url: string
  /** Hosted: the service role key. A PostgREST of one's own: a token signed with its secret that says `role: service_role`. */
  readonly key: Redacted.Redacted
  /** Where PostgREST answers under that address. Default `/rest/v1`, as hosted; a bare PostgREST answers at `/`. */
  readonly restPath?: string
  /** Wall milliseconds a request may take. Default 15 s: hosted databases end a statement after 8. */
  readonly timeoutMs?: number
  /** Default: the platform's. */
  readonly fetch?: Fetch
}

/** The supabase-js client that the tables' adapters share, without row types. */
export type Client = SupabaseClient

/** What supabase-js puts before every table. */
const CLIENT_PATH = "/rest/v1"
const TIMEOUT_MS = 15_000

/** Opens nothing: the first request does. */
export const openClient = (options: SupabaseOptions): Client => {
  const base = options.url.replace(/\/+$/, "")
  const restPath = (options.restPath ?? CLIENT_PATH).replace(/\/+$/, "")
  const { timeoutMs = TIMEOUT_MS, fetch: send = fetch } = options
  return createClient(base, Redacted.value(options.key), {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    // It would repeat reads for seven seconds where our own retry knows better.
    db: { retry: false },
    global: {
      fetch: async (input, init = {}) => {
        const asked = input instanceof Request ? input.url : String(input)
        const url = `${base}${restPath}${asked.slice(base.length + CLIENT_PATH.length)}`
        const limit = AbortSignal.timeout(timeoutMs)
        const signal = init.signal == null ? limit : AbortSignal.any([init.signal, limit])
        // A redirect could carry the key to another address.
        return notFoundAloud(await send(url, { ...init, signal, redirect: "error" }))
      }
    }
  })
}

/** supabase-js takes a 404 without a body for success; what answers so is a proxy that knows no PostgREST. */
const notFoundAloud = async (response: Response): Promise<Response> => {
  if (response.status !== 404) return response
  const { headers, status } = response
  const body = await response.text()
  if (body !== "") return new Response(body, { status, headers })
  return Response.json({ message: "not found, and nothing said", code: "" }, { status })
}
