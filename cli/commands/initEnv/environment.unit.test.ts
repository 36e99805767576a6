import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { completed, completionOf, type Variable } from "./environment.ts"

const compose = readFileSync(join(import.meta.dirname, "../../../docker-compose.yml"), "utf8")

/** Digits that tell the first call from the second. */
const counting = () => {
  let calls = 0
  return (bytes: number): string => String(++calls).padStart(2 * bytes, "0")
}
const named = (additions: ReadonlyArray<Variable>) => new Map(additions.map(({ name, value }) => [name, value]))

describe("what a .env lacks", () => {
  it("is, where there is none, everything that compose asks for, and the profile of the store", () => {
    const asked = [...compose.matchAll(/\$\{(\w+):\?/g)].map(([, name = ""]) => name)
    const { additions, problems } = completionOf("", counting())
    expect(problems).toEqual([])
    expect(additions.map(({ name }) => name).toSorted()).toEqual([...new Set(asked), "COMPOSE_PROFILES"].toSorted())
    expect(new Set(additions.map(({ value }) => value)).size).toBe(additions.length)
  })

  it("begins with a letter where NATS would take digits for a number", () => {
    for (const { name, value } of completionOf("", counting()).additions) {
      if (name.startsWith("NATS_")) expect(value).toMatch(/^k\d{32}$/)
    }
  })

  it("is nothing once it has been added", () => {
    const text = completed("A=1", completionOf("A=1", counting()).additions)
    expect(completionOf(text, counting())).toEqual({ additions: [], problems: [] })
  })

  it("has a key that is signed with the secret that is there", () => {
    const secret = "a secret of 32 characters or more"
    const { additions } = completionOf(`export PGRST_JWT_SECRET="${secret}"\n`, counting())
    expect(named(additions).has("PGRST_JWT_SECRET")).toBe(false)
    // Made with another program (openssl dgst -sha256 -hmac) for this secret and the role service_role.
    expect(named(additions).get("SUPABASE_KEY")).toBe(
      "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJyb2xlIjoic2VydmljZV9yb2xlIn0.3PWT8pZjfU_CORXGvlwtCDNBmuEulF7XZFDMFA0EKdI"
    )
  })

  it("is nothing at all while its secret is one that PostgREST would refuse", () => {
    expect(completionOf("PGRST_JWT_SECRET=short\n", counting())).toEqual({
      additions: [],
      problems: ["PGRST_JWT_SECRET has 5 characters: PostgREST needs 32 or more"]
    })
  })

  it("has neither key nor profile for a hosted project, whose key only a person knows", () => {
    const hosted = "SUPABASE_URL=https://x.supabase.co\n"
    expect(completionOf(hosted, counting()).problems).toEqual([
      "SUPABASE_URL is set and SUPABASE_KEY is not: take the service-role key from that project's settings"
    ])
    const names = [...named(completionOf(`${hosted}SUPABASE_KEY=k\n`, counting()).additions).keys()]
    expect(names).not.toContain("SUPABASE_KEY")
    expect(names).not.toContain("COMPOSE_PROFILES")
    expect(names).toContain("NATS_PASSWORD_OPERATOR")
  })
})
