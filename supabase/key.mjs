// Prints the key (SUPABASE_KEY) for a PostgREST of your own: a token of its PGRST_JWT_SECRET with the role service_role.
// It does not expire; changing the secret ends it. Usage: PGRST_JWT_SECRET=… node supabase/key.mjs
import { createHmac } from "node:crypto"

const secret = process.env.PGRST_JWT_SECRET ?? ""
if (secret.length < 32) {
  process.stderr.write("PGRST_JWT_SECRET must be set, to 32 characters or more\n")
  process.exit(1)
}

const encoded = (value) => Buffer.from(JSON.stringify(value)).toString("base64url")
const content = `${encoded({ alg: "HS256", typ: "JWT" })}.${encoded({ role: "service_role" })}`
process.stdout.write(`${content}.${createHmac("sha256", secret).update(content).digest("base64url")}\n`)
