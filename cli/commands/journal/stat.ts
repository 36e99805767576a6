/** `kennel journal stat`: what a journal holds. */
import { Console, Effect, Stream } from "effect"
import { Command } from "effect/cli"
import { Journal } from "../../../shared/journal/port.ts"
import { instant, span } from "../../../shared/words/instants.ts"
import { loadSettings } from "../../shared/settings.ts"
import { table } from "../../shared/table.ts"
import { Statistics } from "./look/statistics.ts"
import { archive, journalAt, json, where } from "./where.ts"

/** Gaps shorter than this are how a quiet market is written down. */
const GAP_TOLD_MS = 90_000

const counted = (counts: Readonly<Record<string, number>>): string =>
  table(
    Object.entries(counts)
      .toSorted(([a, many], [b, more]) => more - many || (a < b ? -1 : 1))
      .map(([name, count]) => [`  ${name}`, String(count)])
  )

const rateLine = ({ records, beganMs, endedMs, busiest }: Statistics): string => {
  const lasted = endedMs - beganMs
  const rate = lasted === 0 ? "" : `${((records * 1_000) / lasted).toPrecision(3)} records a second on average, `
  return `rate     ${rate}${busiest.records} in the busiest minute (${instant(busiest.minuteMs)})`
}

const linesOf = (where: string, found: Statistics): ReadonlyArray<string> => {
  const { records, first, last, bytes, beganMs, endedMs, eras, generations, gaps } = found
  const toTell = gaps.filter(({ fromMs, toMs }) => toMs - fromMs >= GAP_TOLD_MS)
  return [
    `journal  ${where}`,
    `records  ${records}${records === 0 ? "" : `, from ${first} to ${last}`}, ${bytes} bytes`,
    ...(records === 0
      ? []
      : [
          `time     ${instant(beganMs)} to ${instant(endedMs)} UTC by the exchange's clock, ${span(endedMs - beganMs)}`,
          rateLine(found),
          `starts   ${found.epochs}`,
          `rules    ${generations.map(({ rulesVersion, seq }) => (seq === 0 ? `${rulesVersion}` : `${rulesVersion} after record ${seq}`)).join(", ")}`,
          eras.length === 0
            ? "eras     none sealed"
            : `eras     ${eras.map(({ era, from, to }) => `${era}: ${from} to ${to}`).join("; ")}`,
          ...(found.undecodable === 0 ? [] : [`broken   ${found.undecodable} records do not decode: ${found.problem}`]),
          `gaps     ${toTell.length === 0 ? "none of 90 s or more" : ""}`,
          ...toTell.map(
            ({ seq, fromMs, toMs }) =>
              `  ${span(toMs - fromMs)} after record ${seq}: ${instant(fromMs)} to ${instant(toMs)}`
          ),
          "events",
          counted(found.events),
          "subjects",
          counted(found.subjects)
        ]),
    `chain    ${found.chain}`
  ]
}

export const statCommand = Command.make(
  "stat",
  { where, archive, json },
  Effect.fn(function* ({ where, archive, json }) {
    const settings = yield* loadSettings()
    yield* Effect.gen(function* () {
      const journal = yield* Journal
      const found = new Statistics()
      yield* journal
        .read({ from: "first" })
        .pipe(Stream.runForEachArray((records) => Effect.sync(() => records.forEach((record) => found.take(record)))))
      if (json) return yield* Console.log(JSON.stringify({ where: journal.where, ...found.report }))
      for (const line of linesOf(journal.where, found)) yield* Console.log(line)
    }).pipe(Effect.provide(journalAt(settings, where, archive)))
  })
).pipe(Command.withDescription("What a journal holds: records, bytes, events by kind, eras, gaps in time, rate, hash"))
