import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { SERVICES } from "../registry.ts"
import { actionTable } from "./actions.ts"
import { composeKeys, composeServices, composeVolumes, type Deployed, natsUsers } from "./compose.ts"
import { generatedFiles } from "./files.ts"
import { marketAccounts } from "./nats.ts"
import { withRegions } from "./regions.ts"

describe("what follows from the registry, the settings and the table of actions", () => {
  it.each(generatedFiles())("is up to date in $path", ({ path, text }) => {
    expect(readFileSync(join(import.meta.dirname, "../..", path), "utf8"), "run: npm run -s generate").toBe(text)
  })

  it("gives a new service a container and a user with the subjects it writes, and nobody else those", () => {
    const risk: Deployed = {
      name: "risk-desk",
      summary: "a toy",
      needs: ["journal", "store"],
      writes: ["out.risk-desk"]
    }
    const services = [...SERVICES, risk]
    expect(natsUsers(services)).toContain("risk-desk")
    expect(composeServices(services).split("  risk-desk:\n")[1]).toBe(`    <<: *service
    command: ["service", "risk-desk"]
    environment:
      <<: *store
      NATS_URL: nats://nats:4222
      NATS_USER: risk-desk
      NATS_PASSWORD: \${NATS_PASSWORD_RISK_DESK}
      JOURNAL_KEYS: risk-desk=\${JOURNAL_KEY_RISK_DESK}
    depends_on:
      nats: { condition: service_healthy }
      postgrest: { condition: service_started, required: false }`)
    expect(composeKeys(services)).toContain(";risk-desk=${JOURNAL_KEY_RISK_DESK:?")
    expect(composeServices([{ ...risk, checksMarks: true }])).toContain("JOURNAL_KEYS: *journal-keys")
    expect(composeVolumes(services)).toBe(composeVolumes(SERVICES))
    expect(composeVolumes([{ ...risk, keepsFiles: true }])).toBe("  risk-desk:")
    const users = marketAccounts(services, { stream: "S", root: "m" })
    expect(users).toContain(`user: risk-desk
        password: $NATS_PASSWORD_RISK_DESK
        permissions {
          publish {
            allow: [
              "m.out.risk-desk", "m.control.risk-desk"`)
    expect(users).toContain(`RISK_DESK {
    limits: {max_connections: 5}
    imports: [
      {service: {account: KENNEL, subject: "m.out.risk-desk"}}`)
    expect(users).toMatch(/deny: \["m\.out\.governor", .*"m\.out\.risk-desk"\]/)
  })
})

describe("the table of actions", () => {
  it("has a line for a new one, with what each argument takes", () => {
    const times = { name: "times", kind: "integer", min: 1, max: 10, about: "How often" } as const
    const bell = { title: "Ring the bell", about: "It rings.", arguments: { times } }
    expect(actionTable({ ring_bell: bell }).split("\n").at(-1)).toBe(
      "| `ring_bell` | `times`: How often (1–10) | It rings. |"
    )
  })
})

describe("a region", () => {
  const file = "a: 1\n  # generated: one (by a command)\n  old\n  older\n  # end: one\nb: 2\n"

  it("is all that is replaced in its file", () => {
    const made = withRegions(file, { one: "  $new" })
    expect(made).toBe("a: 1\n  # generated: one (by a command)\n  $new\n  # end: one\nb: 2\n")
    expect(withRegions(made, { one: "  $new\n" })).toBe(made)
  })

  it("that a file lacks is no silence", () => {
    expect(() => withRegions(file, { two: "" })).toThrow('there is no region "two"')
  })
})
