/** What an action must show: CONTROL_TOKEN, or a token of this data directory's own. */
import { randomBytes } from "node:crypto"
import { chmodSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, resolve } from "node:path"
import { Effect, Redacted, Schema } from "effect"
import { makeDirectory, OWNER_FILE } from "../../shared/files/directory.ts"
import { messageOf } from "../../shared/core/messageOf.ts"

/** There is no token to be had; the text says where it was looked for and what to do. */
export class NoControlToken extends Schema.TaggedError<NoControlToken>()("NoControlToken", {
  path: Schema.String,
  problem: Schema.String
}) {
  override get message(): string {
    return `no token for actions in ${this.path} (${this.problem}): set CONTROL_TOKEN, or DATA_DIR to the directory of the running market`
  }
}

interface TokenSettings {
  readonly controlToken: string
  readonly dataDir: string
}

const pathOf = ({ dataDir }: TokenSettings): string => resolve(dataDir, "control-token")

const attempt = <A>(path: string, use: () => A): Effect.Effect<A, NoControlToken> =>
  Effect.try({
    try: use,
    catch: (error) => new NoControlToken({ path, problem: messageOf(error) })
  })

const readToken = (path: string): Redacted.Redacted => {
  const token = readFileSync(path, "utf8").trim()
  if (token === "") throw new Error("the file is empty")
  return Redacted.make(token)
}

/** The token that a running market here goes by. */
export const readControlToken = (settings: TokenSettings): Effect.Effect<Redacted.Redacted, NoControlToken> => {
  const path = pathOf(settings)
  if (settings.controlToken !== "") return Effect.succeed(Redacted.make(settings.controlToken))
  return attempt(path, () => readToken(path))
}

const isThere = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === "EEXIST"

/** The control token; where there is none yet one is made, readable by this user alone. */
export const ensureControlToken = (settings: TokenSettings): Effect.Effect<Redacted.Redacted, NoControlToken> => {
  if (settings.controlToken !== "") return readControlToken(settings)
  const path = pathOf(settings)
  return attempt(path, () => {
    makeDirectory(dirname(path))
    try {
      writeFileSync(path, `${randomBytes(24).toString("base64url")}\n`, { mode: OWNER_FILE, flag: "wx" })
    } catch (error) {
      if (!isThere(error)) throw error
      chmodSync(path, OWNER_FILE)
    }
    return readToken(path)
  })
}
