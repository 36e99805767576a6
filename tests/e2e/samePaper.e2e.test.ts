/** A market on paper in one process, run twice: alone, and on a machine that is kept busy while its page is looked at. */
import { type ChildProcess, spawn } from "node:child_process"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, Stream } from "effect"
import { afterEach, describe, expect, it } from "vitest"
import { EmbeddedJournal } from "../../shared/journal/embedded/embedded.ts"
import { Journal, type JournalRecord } from "../../shared/journal/port.ts"
import { SameRunDigest } from "../../shared/journal/sameRun.ts"
import { freePort } from "../../shared/testing/freePort.ts"
import { type Kennel, startKennel, until } from "../testing/processes.ts"

let kennel: Kennel | null = null
let load: ReadonlyArray<ChildProcess> = []
const directories: Array<string> = []

const lessLoad = (): void => {
  for (const busy of load) busy.kill("SIGKILL")
  load = []
}
afterEach(async () => {
  lessLoad()
  await kennel?.end("SIGKILL")
  kennel = null
  for (const directory of directories.splice(0)) await rm(directory, { recursive: true, force: true })
})

const busyProcess = (): ChildProcess => spawn(process.execPath, ["-e", "for (;;);"], { stdio: "ignore" })

const recordsOf = (directory: string): Promise<ReadonlyArray<JournalRecord>> =>
  Effect.runPromise(
    Effect.flatMap(Journal, (journal) => Stream.runCollect(journal.read({ from: 1 }))).pipe(
      Effect.map((records) => [...records]),
      Effect.provide(EmbeddedJournal.layerReadOnly({ directory: join(directory, "journal") }))
    )
  )

/** What the market writes until so many cycles are booked. */
const run = async (cycles: number): Promise<ReadonlyArray<JournalRecord>> => {
  const directory = await mkdtemp(join(tmpdir(), "kennel-same-"))
  directories.push(directory)
  const port = await freePort()
  const settings = { DATA_DIR: directory, PORT: String(port), HMM_ENABLED: "true" }
  const running = startKennel(["up", "--speed", "1200"], settings)
  kennel = running
  await until(
    `${cycles} cycles`,
    async () => {
      const response = await fetch(`http://127.0.0.1:${port}/api/status`)
      const { total_round_trips: booked } = (await response.json()) as { readonly total_round_trips: number }
      return booked >= cycles ? booked : null
    },
    300,
    running.output
  )
  expect(await running.end("SIGTERM"), running.output()).toBe(0)
  kennel = null
  return recordsOf(directory)
}

const digestOf = (records: ReadonlyArray<JournalRecord>): string => {
  const digest = new SameRunDigest()
  for (const record of records) digest.add(record)
  return digest.end()
}

const textOf = (records: ReadonlyArray<JournalRecord>): string =>
  records.map(({ data }) => new TextDecoder().decode(data)).join("\n")

describe("paper in one process", { timeout: 900_000 }, () => {
  it("writes the same journal on an idle and on a busy machine; no order comes too late", async () => {
    const alone = await run(6)
    load = [busyProcess(), busyProcess()]
    const busy = await run(6)
    lessLoad()

    // Each ended at a moment of the wall: what both have is compared, and each has its cycles in it.
    const common = Math.min(alone.length, busy.length)
    const told = textOf(alone.slice(0, common))
    expect(told.split('"CycleBooked"').length - 1).toBeGreaterThanOrEqual(6)
    expect(digestOf(busy.slice(0, common))).toBe(digestOf(alone.slice(0, common)))
    expect(textOf(busy)).not.toContain("Deadline elapsed")
    // What a slot takes back before it is sent is no order that came too late.
    const refused = textOf(busy).replaceAll(/"OrderRejected"[^}]*"withdrawn before it was sent"/g, "")
    expect(refused).not.toContain('"OrderRejected"')
  })
})
