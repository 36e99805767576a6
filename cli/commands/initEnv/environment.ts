/** What compose asks of `.env`, and what is missing there. Chance comes from outside. */
import { Redacted } from "effect"
import { journalWriters, keyOf, natsUsers, passwordOf } from "../../../app/generated/compose.ts"
import { SERVICES } from "../../../app/registry.ts"
import { KEY_BYTES } from "../../../shared/signing/mark.ts"
import { LEAST_SECRET_LENGTH, serviceKey } from "../../../shared/store/serviceKey.ts"

/** A line of `.env`. */
export interface Variable {
  readonly name: string
  readonly value: string
}

/** What is to be added, or why nothing is: a line for each thing that a person has to decide. */
export interface Completion {
  readonly additions: ReadonlyArray<Variable>
  readonly problems: ReadonlyArray<string>
}

const LINE = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=(.*)$/

/** The variables that the text of a `.env` sets; the last line of a name counts, as it does for compose. */
const variablesOf = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text.split("\n").flatMap((line): ReadonlyArray<readonly [string, string]> => {
      const [, name, value = ""] = LINE.exec(line) ?? []
      return name === undefined ? [] : [[name, value.trim().replace(/^(["'])(.*)\1$/, "$2")]]
    })
  )

/** Bits of a password, and of the secret that signs keys: nobody tries them all. */
const PASSWORD_BYTES = 16
const SECRET_BYTES = 32

/**
 * What the text of a `.env` lacks, in the order in which it is to be added. What is there is never changed: databases were made
 * with it. `random`: so many bytes, as hexadecimal digits.
 */
export const completionOf = (text: string, random: (bytes: number) => string): Completion => {
  const known = variablesOf(text)
  const additions: Array<Variable> = []
  const needs = (name: string, make: () => string): string => {
    const value = known.get(name) ?? make()
    if (!known.has(name)) additions.push({ name, value })
    return value
  }
  const problems = [...known]
    .filter(([name, value]) => value === "" && ALL.has(name))
    .map(([name]) => `${name} is empty: give it a value, or delete the line and one is made`)
  for (const user of natsUsers(SERVICES)) {
    // A letter first: NATS reads a password of digits as a number.
    needs(passwordOf(user), () => `k${random(PASSWORD_BYTES)}`)
  }
  for (const user of journalWriters(SERVICES)) needs(keyOf(user), () => `1:${random(KEY_BYTES)}`)
  for (const name of DATABASE_PASSWORDS) needs(name, () => random(PASSWORD_BYTES))
  const secret = needs("PGRST_JWT_SECRET", () => random(SECRET_BYTES))
  if (secret.length < LEAST_SECRET_LENGTH) {
    problems.push(`PGRST_JWT_SECRET has ${secret.length} characters: PostgREST needs ${LEAST_SECRET_LENGTH} or more`)
  }
  const hosted = (known.get("SUPABASE_URL") ?? "") !== ""
  if (!hosted) {
    needs("SUPABASE_KEY", () => Redacted.value(serviceKey(secret)))
    needs("COMPOSE_PROFILES", () => "own-store")
  } else if (!known.has("SUPABASE_KEY")) {
    problems.push("SUPABASE_URL is set and SUPABASE_KEY is not: take the service-role key from that project's settings")
  }
  return { additions: problems.length === 0 ? additions : [], problems }
}

/** In the connection's URL too: no character of theirs may mean something there. */
const DATABASE_PASSWORDS = ["POSTGRES_PASSWORD", "AUTHENTICATOR_PASSWORD"]

const ALL: ReadonlySet<string> = new Set([
  ...natsUsers(SERVICES).map(passwordOf),
  ...journalWriters(SERVICES).map(keyOf),
  ...DATABASE_PASSWORDS,
  "PGRST_JWT_SECRET",
  "SUPABASE_KEY"
])

/** The text with the additions below it. */
export const completed = (text: string, additions: ReadonlyArray<Variable>): string =>
  [
    text === "" || text.endsWith("\n") ? text : `${text}\n`,
    ...additions.map(({ name, value }) => `${name}=${value}\n`)
  ].join("")
