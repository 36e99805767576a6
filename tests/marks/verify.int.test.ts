/** What `kennel journal verify` says of a journal, an archive and an exported file that somebody has edited. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Cause, Effect } from "effect"
import { Command } from "effect/cli"
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest"
import { archiveDirectory, journalDirectory, keyFile, subjectsOf } from "../../app/leaves/journal.ts"
import { decidersOf } from "../../app/registry.ts"
import { archiveEras, dropArchived } from "../../shared/archive/archiveJournal.ts"
import { eraPath } from "../../shared/archive/eraFile.ts"
import { exportJournal } from "../../shared/archive/exportJournal.ts"
import { segmentsDirectory } from "../../shared/journal/embedded/directory/layout.ts"
import type { JournalRecord } from "../../shared/journal/port.ts"
import { verifyCommand } from "../../cli/commands/journal/verify.ts"
import { startKennel } from "../testing/processes.ts"
import {
  type Edit,
  editDirectory,
  editFile,
  marked,
  minutes,
  on,
  saying,
  sealed,
  settingsIn,
  unmarked
} from "./market.ts"

let root = ""
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "kennel-marks-"))
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

interface Told {
  readonly code: number | null
  readonly output: string
}

const command = Command.runWith(verifyCommand, { version: "test" })

/** What the command says in this process; its failure is exit code 1, and its message what `kennel` says last. */
const verify = async (dataDir: string, ...args: ReadonlyArray<string>): Promise<Told> => {
  vi.stubEnv("DATA_DIR", dataDir)
  vi.stubEnv("JOURNAL_KEYS", "")
  const said: Array<string> = []
  const log = vi.spyOn(console, "log").mockImplementation((line: string) => void said.push(line))
  const exit = await Effect.runPromiseExit(command(args).pipe(Effect.provide(NodeServices.layer)))
  log.mockRestore()
  vi.unstubAllEnvs()
  if (exit._tag === "Success") return { code: 0, output: said.join("\n") }
  return { code: 1, output: [...said, String(Cause.squash(exit.cause))].join("\n") }
}

/** The 20th record, after what says which key marks: a clock fact of the feed. */
const AT = 20
const only =
  (edit: (record: JournalRecord) => JournalRecord | null): Edit =>
  (record) =>
    record.seq === AT ? edit(record) : record
const later = only((record) => saying(record, '"timeMs":1795183', '"timeMs":1795184'))
const NOT_ITS_MARK = new RegExp(
  `record ${AT} on market.XDGUSD.\\w+ does not decode: its mark is not what key 1 of kennel-up makes of it: it was changed, ` +
    "or somebody else wrote it; compare it with a copy"
)

/** What an editor does to a journal's files, checksums and all, and what is said of it. */
const EDITS: Readonly<Record<string, { readonly edit: Edit; readonly said: RegExp }>> = {
  "a record with one digit changed": { edit: later, said: NOT_ITS_MARK },
  "a record in another writer's name": {
    edit: only((record) => saying(record, '"writer":"market-feed"', '"writer":"order-gateway"')),
    said: NOT_ITS_MARK
  },
  "a record on another subject": {
    edit: only((record) => ({ ...record, subject: record.subject.replace("clock", "price") })),
    said: NOT_ITS_MARK
  },
  "a record whose mark was taken off": {
    edit: only(({ mark: _, ...record }) => record),
    said: /record 20 on .* does not decode: it bears no mark, and from record \d+ on all of kennel-up do/
  },
  "a record with another's mark": {
    edit: only((record) => ({ ...record, mark: record.mark?.replace("kennel-up", "governor") ?? "" })),
    said: /record 20 on .* does not decode: it bears a mark of governor, who does not write on this subject/
  },
  "a record left out": {
    edit: only(() => null),
    said: /era 1 .*record 20, 21, .* has changed/
  },
  "two records in each other's place": {
    edit: swapped(),
    said: /era 1 .*record 20, 21 has changed/
  }
}

/** A record at the place of the one after it, and the other way round. */
function swapped(): Edit {
  let held: JournalRecord | null = null
  return (record) => {
    if (record.seq === AT) {
      held = record
      return { ...record, ...bodyOf(NEXT.record ?? record) }
    }
    return record.seq === AT + 1 && held !== null ? { ...record, ...bodyOf(held) } : record
  }
}
const bodyOf = ({ subject, id, data, mark }: JournalRecord) => ({
  subject,
  id,
  data,
  ...(mark === undefined ? {} : { mark })
})
/** The record after `AT`, as it stands. */
const NEXT: { record: JournalRecord | null } = { record: null }

describe("kennel journal verify", () => {
  let whole = ""
  beforeAll(async () => {
    whole = join(root, "whole")
    const settings = settingsIn(whole)
    await on(unmarked(settings), minutes(settings, 1, 10))
    await on(marked(settings), Effect.andThen(minutes(settings, 11, 40), sealed(settings)))
    editDirectory(settings, (record) => {
      if (record.seq === AT + 1) NEXT.record = { ...record, data: Uint8Array.from(record.data) }
      return record
    })
  })

  it("believes what was written before there was a key, and what bears its mark since", async () => {
    const { code, output } = await verify(whole)
    expect(output).toMatch(/32 records bear the mark of their writer, 10 none/)
    expect(output).toContain(" 0 divergences")
    expect(code).toBe(0)
    expect(statSync(keyFile(settingsIn(whole))).mode & 0o777).toBe(0o600)
    expect(output).not.toContain(secretIn(keyFile(settingsIn(whole))))
  })

  it.each(Object.entries(EDITS))("names %s, though every checksum fits", async (name, { edit, said }) => {
    const dataDir = join(root, name)
    cpSync(whole, dataDir, { recursive: true })
    editDirectory(settingsIn(dataDir), edit)
    const { code, output } = await verify(dataDir)
    expect(output).toMatch(said)
    expect(code).toBe(1)
  })

  it("ends with exit code 1, as a process", async () => {
    const dataDir = join(root, "process")
    cpSync(whole, dataDir, { recursive: true })
    editDirectory(settingsIn(dataDir), later)
    const kennel = startKennel(["journal", "verify"], { DATA_DIR: dataDir, LOG_LEVEL: "error" })
    expect(await kennel.ended).toBe(1)
    expect(kennel.output()).toMatch(NOT_ITS_MARK)
  })

  it("names a byte that the disk has changed", async () => {
    const dataDir = join(root, "byte")
    cpSync(whole, dataDir, { recursive: true })
    const directory = segmentsDirectory(journalDirectory(settingsIn(dataDir)))
    const path = join(directory, readdirSync(directory).toSorted()[0] ?? "")
    const bytes = readFileSync(path)
    const at = bytes.indexOf('"1.market-feed')
    bytes[bytes.indexOf('"timeMs"', Math.max(0, at)) + 12] = 0x39
    writeFileSync(path, bytes)
    const { code, output } = await verify(dataDir)
    expect(output).toMatch(/byte \d+, record \d+: .*restore it from a copy/)
    expect(code).toBe(1)
  })

  it("names the record of an archived era that was changed", async () => {
    const dataDir = join(root, "archived")
    cpSync(whole, dataDir, { recursive: true })
    const settings = settingsIn(dataDir)
    const archive = archiveEras(subjectsOf(settings), archiveDirectory(settings), () => Effect.void)
    await on(marked(settings), Effect.flatMap(archive, dropArchived))
    const sound = await verify(dataDir)
    expect(sound.output).toMatch(/32 records bear the mark of their writer, 10 none/)
    expect(sound.code).toBe(0)
    editFile(eraPath(archiveDirectory(settings), 1), later, false)
    const { code, output } = await verify(dataDir)
    expect(output).toMatch(/era 1 is not what was sealed: record 20 has changed; fetch another copy of it/)
    expect(code).toBe(1)
  })

  it("names the record of an exported file that was changed, whether or not its last line was changed with it", async () => {
    const settings = settingsIn(whole)
    const exported = join(root, "whole.kennel")
    const header = { pair: settings.pair, note: "", build: "test", redacted: false, settings: {} }
    const range = { subjects: subjectsOf(settings), actorsOf: decidersOf, file: exported, from: 1, to: 42 }
    await on(marked(settings), exportJournal({ ...header, ...range }))
    expect((await verify(whole, exported)).code).toBe(0)
    const told = async (name: string, chain: boolean) => {
      const file = join(root, `${name}.kennel`)
      cpSync(exported, file)
      editFile(file, later, chain)
      return verify(whole, file)
    }
    const plain = await told("plain", false)
    const made = await told("made", true)
    expect(plain.output).toMatch(/it was changed; export it again \(record 20 on market.XDGUSD.clock: its mark is not/)
    expect(plain.code).toBe(1)
    expect(made.output).toMatch(NOT_ITS_MARK)
    expect(made.code).toBe(1)
  })
})

const secretIn = (file: string): string => /[0-9a-f]{64}/.exec(readFileSync(file, "utf8"))?.[0] ?? "no secret"
