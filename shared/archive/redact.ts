/**
 * A piece of a journal without what names its owner: ids of the exchange, names, notes and texts of people are replaced, each by the
 * same everywhere, in records and in the states that it begins with. Prices, amounts and times stay: the decisions follow from them.
 */
import { sha256 } from "../actor/hash.ts"
import type { JournalRecord } from "../journal/port.ts"
import type { NewJournalFile } from "./journalFile.ts"

/** Fields that name something of the owner's, by the word that stands for it. */
const NAMES: Readonly<Record<string, string>> = {
  txid: "TX",
  execId: "EX",
  commandId: "command-",
  author: "author-",
  note: "note-",
  cancelledTxids: "txids-",
  leftAloneTxids: "txids-",
  raw: "raw-"
}

/** What ids are made of: a longer run of these is one word. */
const WORD = /[A-Za-z0-9_-]{3,}/g

/** Every name found, with what stands for it; the same everywhere. */
class Names {
  private readonly known = new Map<string, string>()
  private readonly texts = new Map<string, string>()

  learn(key: string, value: string): void {
    const word = NAMES[key]
    if (word === undefined || value.length < 3 || this.known.has(value) || this.texts.has(value)) return
    const stands = `${word}${String(this.known.size + this.texts.size + 1).padStart(6, "0")}`
    if (/^[A-Za-z0-9_-]+$/.test(value)) this.known.set(value, stands)
    else this.texts.set(JSON.stringify(value), JSON.stringify(stands))
  }

  /** A text that is JSON, or one in which ids stand. */
  replaced(text: string): string {
    let named = text.replaceAll(WORD, (word) => this.known.get(word) ?? word)
    for (const [value, stands] of this.texts) {
      if (named.includes(value)) named = named.replaceAll(value, stands)
      // In a state, which is JSON inside of JSON.
      const inner = JSON.stringify(value).slice(1, -1)
      if (named.includes(inner)) named = named.replaceAll(inner, JSON.stringify(stands).slice(1, -1))
    }
    return named
  }
}

/** Tells of every text under its key, however deep. */
const eachText = (value: unknown, told: (key: string, text: string) => void, key = ""): void => {
  if (typeof value === "string") told(key, value)
  else if (Array.isArray(value)) for (const one of value) eachText(one, told, key)
  else if (typeof value === "object" && value !== null)
    for (const [name, one] of Object.entries(value)) eachText(one, told, name)
}

const jsonIn = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    // A record that nobody can read: nothing is found in it.
    return null
  }
}

/** A piece of a journal. */
export interface Piece {
  readonly records: ReadonlyArray<JournalRecord>
  readonly start: NewJournalFile["start"]
}

/** The same piece with other names. */
export const redacted = ({ records, start }: Piece): Piece => {
  const names = new Names()
  const learn = (key: string, text: string): void => names.learn(key, text)
  const text = new TextDecoder()
  for (const state of Object.values(start?.states ?? {})) {
    const fold = jsonIn(state) as { readonly state?: string } | null
    eachText(jsonIn(fold?.state ?? ""), learn)
  }
  for (const { data } of records) eachText(jsonIn(text.decode(data)), learn)
  const bytes = new TextEncoder()
  return {
    // With other names in it no record is what its writer marked.
    records: records.map(({ mark: _, ...record }) => ({
      ...record,
      subject: names.replaced(record.subject),
      id: names.replaced(record.id),
      data: bytes.encode(names.replaced(text.decode(record.data)))
    })),
    start: start === null ? wholeJournal : renamedStart(start, names)
  }
}

/** Seals hold the records as they were: a journal with other names begins as a piece that follows nothing. */
const wholeJournal: NonNullable<NewJournalFile["start"]> = {
  sealed: {
    era: 0,
    to: 0,
    rulesVersion: 1,
    actors: [],
    control: { epoch: 0, rulesVersion: 1, rulesSeq: 0, lastSeq: 0, skipped: [], explained: [], events: [] },
    slots: []
  },
  recordId: "",
  recordHash: "none",
  states: {}
}

const renamedStart = (start: NonNullable<NewJournalFile["start"]>, names: Names): NewJournalFile["start"] => {
  const states = Object.fromEntries(Object.entries(start.states).map(([name, text]) => [name, names.replaced(text)]))
  const actors = start.sealed.actors.map((actor) => ({ ...actor, stateHash: sha256(states[actor.name] ?? "") }))
  return { ...start, recordId: names.replaced(start.recordId), states, sealed: { ...start.sealed, actors } }
}
