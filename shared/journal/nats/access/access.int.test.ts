/** Who may connect, and to whom: nkeys, credentials, TLS with certificates on both sides, each against a real server. */
import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { nkeys } from "@nats-io/nats-core"
import { Effect, References, type Scope } from "effect"
import { requireBinary } from "../../../testing/requires.ts"
import { Journal } from "../../port.ts"
import { NatsJournal, type NatsJournalOptions } from "../nats.ts"
import { natsServerFound, startNatsServer } from "../testing/testServer.ts"

const { createAccount, createOperator, createUser } = nkeys
type KeyPair = nkeys.KeyPair

const opensslFound = (): boolean => requireBinary("openssl") !== null

const directory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "kennel-access-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true }))
)

const serverWith = (config: string) =>
  Effect.acquireRelease(
    Effect.promise(() => startNatsServer({ config })),
    (server) => Effect.promise(() => server.dispose())
  )

/** What a journal answers that is opened so. */
const headOf = (options: Pick<NatsJournalOptions, "url" | "credentials" | "tls">) =>
  Effect.flatMap(Journal, (journal) => journal.head).pipe(
    Effect.provide(
      NatsJournal.layer({ ...options, stream: "TEST", subjects: ["market.TEST.>"], connectTimeoutMs: 2_000 })
    )
  )
const problemOf = (options: Parameters<typeof headOf>[0]) =>
  Effect.map(Effect.flip(headOf(options)), ({ message }) => message)

const sentence = (name: string, body: () => Effect.Effect<unknown, unknown, Scope.Scope>) =>
  it.live(name, () => body().pipe(Effect.provideService(References.MinimumLogLevel, "None")))

const seedOf = (key: KeyPair): string => new TextDecoder().decode(key.getSeed())

/** A file that only the test reads; its path. */
const written = (folder: string, name: string, text: string): string => {
  const path = join(folder, name)
  writeFileSync(path, text, { mode: 0o600 })
  return path
}

/** A JWT as nsc makes it: claims signed by an nkey. Source: `github.com/nats-io/jwt`, version 2 of the claims. */
const jwtOf = (issuer: KeyPair, subject: KeyPair, nats: Readonly<Record<string, unknown>>): string => {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url")
  const claims = { iss: issuer.getPublicKey(), sub: subject.getPublicKey(), iat: 1_700_000_000, nats }
  const jti = createHash("sha256").update(JSON.stringify(claims)).digest("hex")
  const text = `${part({ typ: "JWT", alg: "ed25519-nkey" })}.${part({ ...claims, jti })}`
  return `${text}.${Buffer.from(issuer.sign(Buffer.from(text))).toString("base64url")}`
}

describe.runIf(natsServerFound())("a server that knows nkeys", () => {
  sentence("takes the one whose seed is in the file, and no other", () =>
    Effect.gen(function* () {
      const folder = yield* directory
      const [known, stranger] = [createUser(), createUser()]
      const { url } = yield* serverWith(`authorization { users: [ { nkey: ${known.getPublicKey()} } ] }`)
      const nkeySeedFile = written(folder, "known.nk", `${seedOf(known)}\n`)
      expect(yield* headOf({ url, credentials: { nkeySeedFile } })).toBe(0)
      const problem = yield* problemOf({
        url,
        credentials: { nkeySeedFile: written(folder, "stranger.nk", seedOf(stranger)) }
      })
      expect(problem).toMatch(/the server refused the connection \(.*authorization/i)
      expect(problem).not.toContain(seedOf(stranger))
    })
  )

  sentence("is not even asked with a file that is missing, or holds something else, and no word of it is said", () =>
    Effect.gen(function* () {
      const folder = yield* directory
      const { url } = yield* serverWith("")
      const absent = join(folder, "absent.nk")
      expect(yield* problemOf({ url, credentials: { nkeySeedFile: absent } })).toMatch(
        /absent\.nk: cannot be read: ENOENT/
      )
      const wrong = written(folder, "wrong.nk", "SUAHUNTER2")
      const [seed, creds] = [
        yield* problemOf({ url, credentials: { nkeySeedFile: wrong } }),
        yield* problemOf({ url, credentials: { credsFile: wrong } })
      ]
      expect(seed).toMatch(/wrong\.nk: holds no seed of an nkey/)
      expect(creds).toMatch(/wrong\.nk: holds no credentials/)
      expect(seed + creds).not.toContain("HUNTER2")
    })
  )
})

describe.runIf(natsServerFound())("a server that trusts an operator", () => {
  sentence("takes credentials of its operator's account, and none of another's", () =>
    Effect.gen(function* () {
      const folder = yield* directory
      const [operator, account, user, impostor] = [createOperator(), createAccount(), createUser(), createOperator()]
      const system = createAccount()
      const limits = { subs: -1, data: -1, payload: -1 }
      const systemLimits = { ...limits, conn: -1, imports: -1, exports: -1, wildcards: true }
      const accountLimits = { ...systemLimits, mem_storage: -1, disk_storage: -1 }
      const accountJwt = jwtOf(operator, account, { type: "account", version: 2, limits: accountLimits })
      const systemJwt = jwtOf(operator, system, { type: "account", version: 2, limits: systemLimits })
      const operatorJwt = jwtOf(operator, operator, { type: "operator", version: 2 })
      const { url } = yield* serverWith(
        [
          `operator: ${operatorJwt}`,
          `system_account: ${system.getPublicKey()}`,
          "resolver: MEMORY",
          `resolver_preload: { ${account.getPublicKey()}: ${accountJwt}, ${system.getPublicKey()}: ${systemJwt} }`
        ].join("\n")
      )
      const credsBy = (issuer: KeyPair) =>
        [
          "-----BEGIN NATS USER JWT-----",
          jwtOf(issuer, user, { type: "user", version: 2, ...limits }),
          "------END NATS USER JWT------",
          "",
          "-----BEGIN USER NKEY SEED-----",
          seedOf(user),
          "------END USER NKEY SEED------",
          ""
        ].join("\n")
      const ours = written(folder, "ours.creds", credsBy(account))
      expect(yield* headOf({ url, credentials: { credsFile: ours } })).toBe(0)
      const theirs = written(folder, "theirs.creds", credsBy(impostor))
      expect(yield* problemOf({ url, credentials: { credsFile: theirs } })).toMatch(/refused the connection/)
    })
  )
})

/** Two authorities; by one of them a certificate for localhost and one for a client, by the other one for a stranger. */
const certificates = (folder: string) => {
  const openssl = (...args: ReadonlyArray<string>) => execFileSync("openssl", [...args], { cwd: folder, stdio: "pipe" })
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
  for (const authority of ["ca", "other-ca"]) {
    openssl(
      "req",
      "-x509",
      ...key,
      "-keyout",
      `${authority}.key`,
      "-out",
      `${authority}.pem`,
      "-subj",
      `/CN=${authority}`
    )
  }
  writeFileSync(join(folder, "san.cnf"), "subjectAltName=DNS:localhost")
  for (const [name, authority] of [
    ["server", "ca"],
    ["client", "ca"],
    ["stranger", "other-ca"]
  ] as const) {
    openssl("req", ...key, "-keyout", `${name}.key`, "-out", `${name}.csr`, "-subj", `/CN=${name}`)
    const by = ["-CA", `${authority}.pem`, "-CAkey", `${authority}.key`, "-CAcreateserial", "-extfile", "san.cnf"]
    openssl("x509", "-req", "-in", `${name}.csr`, ...by, "-out", `${name}.pem`)
  }
  return (name: string) => join(folder, name)
}

describe.runIf(natsServerFound() && opensslFound())("a server with TLS", () => {
  const secured = Effect.gen(function* () {
    const file = certificates(yield* directory)
    const server = yield* serverWith(
      `tls { cert_file: "${file("server.pem")}", key_file: "${file("server.key")}", ca_file: "${file("ca.pem")}", verify: true }`
    )
    return { file, url: server.url.replace("nats://127.0.0.1", "tls://localhost") }
  })
  const none = { caFile: "", certFile: "", keyFile: "" }

  sentence("takes a client whose certificate its authority has signed, and no other", () =>
    Effect.gen(function* () {
      const { file, url } = yield* secured
      const withCertificate = (name: string) => ({
        caFile: file("ca.pem"),
        certFile: file(`${name}.pem`),
        keyFile: file(`${name}.key`)
      })
      expect(yield* headOf({ url, tls: withCertificate("client") })).toBe(0)
      const refused = yield* problemOf({ url, tls: withCertificate("stranger") })
      expect(refused).not.toContain(readFileSync(file("stranger.key"), "utf8").slice(30, 60))
      expect(refused).toMatch(/no NATS server answered .* see in its log whether it refuses NATS_TLS_CERT_FILE$/)
    })
  )

  sentence("is not trusted where another authority is to vouch for it", () =>
    Effect.gen(function* () {
      const { file, url } = yield* secured
      expect(yield* problemOf({ url, tls: { ...none, caFile: file("other-ca.pem") } })).toMatch(/certificate/)
    })
  )

  sentence("is insisted on by tls://", () =>
    Effect.gen(function* () {
      const plain = yield* serverWith("")
      const problem = yield* problemOf({ url: plain.url.replace("nats://", "tls://") })
      expect(problem).toMatch(/does not support 'tls'/)
    })
  )
})
