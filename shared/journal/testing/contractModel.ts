/** The journal as a test sees it: the plainest possible one, and random commands to compare a real one with it. */
import * as fc from "fast-check"
import { type Context, Effect, Stream } from "effect"
import { type Journal, type JournalRecord } from "../port.ts"

type JournalShape = Context.Service.Shape<typeof Journal>

const subjects = ["market.TEST.price", "market.TEST.out.slot-1", "market.TEST.out.slot-2"] as const

/** Places count backwards from what is there at that time, so that a command makes sense in any history. */
export type Command =
  | { readonly kind: "append"; readonly subject: string; readonly data: string }
  | { readonly kind: "append-right"; readonly subject: string; readonly data: string }
  | { readonly kind: "append-stale"; readonly subject: string; readonly behind: number }
  | { readonly kind: "repeat"; readonly back: number; readonly stale: boolean }
  | { readonly kind: "get"; readonly back: number }
  | { readonly kind: "last"; readonly subject: string }
  | { readonly kind: "read"; readonly back: number; readonly filter: string | undefined }
  | { readonly kind: "head" }

const subject = fc.constantFrom(...subjects)
const back = fc.nat(12)
const data = fc.string({ maxLength: 12 })
const filter = fc.constantFrom(undefined, "market.TEST.>", "market.TEST.out.*", "market.TEST.price", "market.*.price")

export const commands: fc.Arbitrary<ReadonlyArray<Command>> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant("append" as const), subject, data }),
    fc.record({ kind: fc.constant("append-right" as const), subject, data }),
    fc.record({ kind: fc.constant("append-stale" as const), subject, behind: fc.integer({ min: 1, max: 3 }) }),
    fc.record({ kind: fc.constant("repeat" as const), back, stale: fc.boolean() }),
    fc.record({ kind: fc.constant("get" as const), back }),
    fc.record({ kind: fc.constant("last" as const), subject }),
    fc.record({ kind: fc.constant("read" as const), back, filter }),
    fc.record({ kind: fc.constant("head" as const) })
  ),
  { minLength: 30, maxLength: 30 }
)

interface Known {
  readonly seq: number
  readonly subject: string
  readonly id: string
  readonly data: string
}

const text = new TextDecoder()
const show = (record: Known | JournalRecord | null | undefined): string =>
  record === null || record === undefined
    ? "none"
    : `${record.seq} ${record.subject} ${record.id} ${typeof record.data === "string" ? record.data : text.decode(record.data)}`

/** Answers that may differ between targets. C7: a repeat with a stale expectation is a duplicate or a conflict. */
const duplicateOrConflict = "duplicate or conflict"

const globMatches = (pattern: string | undefined, name: string): boolean => {
  if (pattern === undefined) return true
  const source = pattern.replaceAll(".", "\\.").replaceAll("*", "[^.]+").replace(/>$/, ".+")
  return new RegExp(`^${source}$`).test(name)
}

/** Runs the commands on the journal and on the model; returns both traces, one line per command. */
export const runBoth = Effect.fnUntraced(function* (journal: JournalShape, sequence: ReadonlyArray<Command>) {
  const known: Array<Known> = []
  const expected: Array<string> = []
  const actual: Array<string> = []
  const encode = (value: string) => new TextEncoder().encode(value)
  const lastOf = (name: string) => known.findLast((record) => record.subject === name)
  const seqBack = (places: number) => Math.max(0, known.length - places)
  const attempt = (record: Omit<Known, "seq">, expectedLastSeq: number | undefined) =>
    journal
      .append({
        subject: record.subject,
        id: record.id,
        data: encode(record.data),
        ...(expectedLastSeq === undefined ? {} : { expectedLastSeq })
      })
      .pipe(
        Effect.map(({ seq, duplicate }) => `${duplicate ? "duplicate" : "stored"} ${seq}`),
        Effect.catch((error) => Effect.succeed(error._tag))
      )

  for (const [turn, command] of sequence.entries()) {
    switch (command.kind) {
      case "append":
      case "append-right": {
        const record = { subject: command.subject, id: `id-${turn}`, data: command.data }
        const expectation = command.kind === "append" ? undefined : (lastOf(command.subject)?.seq ?? 0)
        known.push({ ...record, seq: known.length + 1 })
        expected.push(`stored ${known.length}`)
        actual.push(yield* attempt(record, expectation))
        break
      }
      case "append-stale": {
        const record = { subject: command.subject, id: `id-${turn}`, data: "" }
        expected.push("JournalConflict")
        actual.push(yield* attempt(record, (lastOf(command.subject)?.seq ?? 0) + command.behind))
        break
      }
      case "repeat": {
        const earlier = known[seqBack(command.back) - 1]
        if (earlier === undefined) break
        const answer = yield* attempt(earlier, command.stale ? earlier.seq + 1_000 : undefined)
        const legal = command.stale ? [`duplicate ${earlier.seq}`, "JournalConflict"] : [`duplicate ${earlier.seq}`]
        expected.push(command.stale ? duplicateOrConflict : `duplicate ${earlier.seq}`)
        actual.push(command.stale && legal.includes(answer) ? duplicateOrConflict : answer)
        break
      }
      case "get": {
        const seq = seqBack(command.back - 1)
        expected.push(show(known[seq - 1]))
        actual.push(show(yield* journal.get(seq)))
        break
      }
      case "last":
        expected.push(show(lastOf(command.subject)))
        actual.push(show(yield* journal.last(command.subject)))
        break
      case "read": {
        const from = Math.max(1, seqBack(command.back))
        const options = command.filter === undefined ? { from } : { from, filter: command.filter }
        const wanted = known.filter(({ seq, subject: name }) => seq >= from && globMatches(command.filter, name))
        expected.push(wanted.map(show).join(" | "))
        actual.push((yield* journal.read(options).pipe(Stream.runCollect)).map(show).join(" | "))
        break
      }
      case "head":
        expected.push(String(known.length))
        actual.push(String(yield* journal.head))
    }
  }
  return { expected, actual }
})
