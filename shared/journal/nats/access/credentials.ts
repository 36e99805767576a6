/** How the client shows a server who it is, and how it knows the server. Nothing of a secret stands in an error. */
import { readFile } from "node:fs/promises"
import { type ConnectionOptions, credsAuthenticator, nkeyAuthenticator, type TlsOptions } from "@nats-io/nats-core"
import { Effect, Redacted, Schema } from "effect"
import { messageOf } from "../../../core/messageOf.ts"

/** User and password, a token, or a file: credentials (a JWT and its seed), or the seed of an nkey. */
export type NatsCredentials =
  | { readonly user: string; readonly password: Redacted.Redacted }
  | { readonly token: Redacted.Redacted }
  | { readonly credsFile: string }
  | { readonly nkeySeedFile: string }

/** Files of TLS, each empty where it is not used: who vouches for the server, and our own certificate with its key. */
export interface NatsTlsFiles {
  readonly caFile: string
  readonly certFile: string
  readonly keyFile: string
}

/** A file of credentials that cannot be used. */
export class UnusableFile extends Schema.TaggedError<UnusableFile>()("UnusableFile", {
  path: Schema.String,
  detail: Schema.String
}) {
  override get message(): string {
    return `${this.path}: ${this.detail}`
  }
}

const read = (path: string): Effect.Effect<Buffer, UnusableFile> =>
  Effect.tryPromise({
    try: () => readFile(path),
    catch: (error) => new UnusableFile({ path, detail: `cannot be read: ${messageOf(error)}` })
  })

/** Signs once with what the file holds: what does not parse is found here, and not by the client, who quotes it. */
const checked = (path: string, what: string, authenticator: ReturnType<typeof nkeyAuthenticator>) =>
  Effect.try({
    try: () => {
      authenticator("nonce")
      return { authenticator }
    },
    catch: () => new UnusableFile({ path, detail: `holds no ${what}` })
  })

/** The client's options that say who connects. */
export const authentication = (
  credentials: NatsCredentials | undefined
): Effect.Effect<Partial<ConnectionOptions>, UnusableFile> => {
  if (credentials === undefined) return Effect.succeed({})
  if ("token" in credentials) return Effect.succeed({ token: Redacted.value(credentials.token) })
  if ("user" in credentials) {
    return Effect.succeed({ user: credentials.user, pass: Redacted.value(credentials.password) })
  }
  if ("credsFile" in credentials) {
    const path = credentials.credsFile
    return Effect.flatMap(read(path), (creds) =>
      checked(path, "credentials (a JWT and its seed)", credsAuthenticator(creds))
    )
  }
  const path = credentials.nkeySeedFile
  return Effect.flatMap(read(path), (text) =>
    checked(path, "seed of an nkey (SU…)", nkeyAuthenticator(Buffer.from(text.toString("utf8").trim())))
  )
}

/**
 * The client's options for TLS. `tls://` insists on it; with `nats://` the server decides, as it does where files are named.
 * The files are read here, so that a missing one is named.
 */
export const transportSecurity = Effect.fnUntraced(function* (
  url: string,
  files: NatsTlsFiles | undefined
): Effect.fn.Return<Partial<ConnectionOptions>, UnusableFile> {
  const { caFile = "", certFile = "", keyFile = "" } = files ?? {}
  const insists = url.split(",").some((server) => server.trim().startsWith("tls://"))
  if (!insists && caFile === "" && certFile === "") return {}
  const tls: TlsOptions = {}
  if (caFile !== "") tls.ca = (yield* read(caFile)).toString("utf8")
  if (certFile !== "") tls.cert = (yield* read(certFile)).toString("utf8")
  if (keyFile !== "") tls.key = (yield* read(keyFile)).toString("utf8")
  return { tls }
})
