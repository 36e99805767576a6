/** The key for a PostgREST of one's own. */
import { createHmac } from "node:crypto"
import { Redacted } from "effect"

/** PostgREST refuses shorter secrets. Characters. */
export const LEAST_SECRET_LENGTH = 32

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url")

/**
 * `SUPABASE_KEY` for this `PGRST_JWT_SECRET`: a token that lets its bearer act as `service_role`, as hosted Supabase calls its
 * key. It does not expire; changing the secret ends it.
 */
export const serviceKey = (secret: string): Redacted.Redacted => {
  const content = `${encoded({ alg: "HS256", typ: "JWT" })}.${encoded({ role: "service_role" })}`
  return Redacted.make(`${content}.${createHmac("sha256", secret).update(content).digest("base64url")}`)
}
