import { expect, it } from "@effect/vitest"
import { compressionFinding, packsSafely } from "./compression.ts"

it.each<readonly [string, boolean]>([
  ["2.9.10", false],
  ["2.10.0", false],
  ["2.14.2", false],
  ["2.14.3", true],
  ["2.14.3-RC.1", false],
  ["2.14.4-RC.1", true],
  ["2.15.0", true],
  ["3.0.0", true],
  ["unknown", false]
])("a server %s packs safely: %s", (version, safe) => {
  expect(packsSafely(version)).toBe(safe)
})

it("says nothing of a stream that is packed where that is safe", () => {
  expect(compressionFinding("2.15.1", "TEST", "s2")).toBeNull()
})

it("says how a stream is packed that was made before", () => {
  const finding = compressionFinding("2.15.1", "TEST", "none")
  expect(finding).toMatchObject({ risk: false })
  expect(finding?.advice).toContain("nats stream edit TEST --compression s2")
})

it("names the server that is too old, and warns where that is a risk", () => {
  expect(compressionFinding("2.9.10", "TEST", undefined)).toStrictEqual({
    risk: false,
    finding: "stream TEST is not packed: nats-server 2.9.10 is older than 2.14.3",
    advice: null
  })
  expect(compressionFinding("2.12.2", "TEST", "s2")).toMatchObject({ risk: true })
})
