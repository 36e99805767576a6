/** What a mutation run says: a table per file, the share killed, and every survivor. */
import type { Outcome } from "./campaign.ts"
import type { Mutant } from "./instrument.ts"

/** A survivor that is accepted: it is named by its texts, so that it is found again wherever its line moves. */
export interface AcceptedSurvivor {
  readonly file: string
  /** The whole line, trimmed. */
  readonly context: string
  readonly original: string
  readonly mutated: string
  /** Why no test can or need kill it: mostly that it is the same program. */
  readonly reason: string
}

/** The mutants of a file, or of all, by how they ended. */
export interface Tally {
  readonly mutants: number
  /** By a test that failed. */
  readonly killed: number
  /** By a limit of steps or time: killed as well. */
  readonly timedOut: number
  readonly survived: number
  readonly uncovered: number
  /** Survivors with a reason; they count for nothing in the share. */
  readonly accepted: number
}

export interface Report {
  readonly files: ReadonlyArray<{ readonly file: string } & Tally>
  readonly total: Tally
  /** Killed of all that are not accepted, 0 to 1; 1 when there are none. */
  readonly share: number
  /** 95 % interval of the share, when the mutants are a sample; null when they are all there are. */
  readonly interval: readonly [low: number, high: number] | null
  readonly survivors: ReadonlyArray<Mutant & { readonly outcome: "survived" | "uncovered" }>
  readonly accepted: ReadonlyArray<Mutant & { readonly reason: string }>
  /** Entries of the list of accepted survivors that name no mutant of the files looked at any more. */
  readonly stale: ReadonlyArray<AcceptedSurvivor>
}

export interface ReportInput {
  /** Those that were run. */
  readonly mutants: ReadonlyArray<Mutant>
  /** Every mutant of the files looked at. */
  readonly all: ReadonlyArray<Mutant>
  readonly outcomes: ReadonlyMap<number, Outcome>
  readonly accepted: ReadonlyArray<AcceptedSurvivor>
}

export const reportOf = ({ mutants, all, outcomes, accepted }: ReportInput): Report => {
  const ended = mutants.map((mutant) => {
    const outcome = outcomes.get(mutant.id) ?? "uncovered"
    const reason = accepted.find((entry) => names(entry, mutant))?.reason
    return { mutant, outcome, reason }
  })
  const tally = (of: typeof ended): Tally => {
    const isAccepted = ({ outcome, reason }: (typeof ended)[number]): boolean => lives(outcome) && reason !== undefined
    const count = (...wanted: ReadonlyArray<Outcome>): number =>
      of.filter((entry) => wanted.includes(entry.outcome) && !isAccepted(entry)).length
    return {
      mutants: of.length,
      killed: count("killed"),
      timedOut: count("steps", "time"),
      survived: count("survived"),
      uncovered: count("uncovered"),
      accepted: of.filter(isAccepted).length
    }
  }
  const total = tally(ended)
  const files = [...new Set(mutants.map(({ file }) => file))].sort()
  const dead = total.killed + total.timedOut
  const judged = total.mutants - total.accepted
  return {
    files: files.map((file) => ({ file, ...tally(ended.filter(({ mutant }) => mutant.file === file)) })),
    total,
    share: judged === 0 ? 1 : dead / judged,
    interval: mutants.length === all.length ? null : wilson(dead, judged),
    survivors: ended.flatMap(({ mutant, outcome, reason }) =>
      lives(outcome) && reason === undefined ? [{ ...mutant, outcome }] : []
    ),
    accepted: ended.flatMap(({ mutant, outcome, reason }) =>
      lives(outcome) && reason !== undefined ? [{ ...mutant, reason }] : []
    ),
    stale: accepted.filter(
      (entry) => all.some(({ file }) => file === entry.file) && !all.some((mutant) => names(entry, mutant))
    )
  }
}

const lives = (outcome: Outcome): outcome is "survived" | "uncovered" =>
  outcome === "survived" || outcome === "uncovered"

const names = (entry: AcceptedSurvivor, mutant: Mutant): boolean =>
  entry.file === mutant.file &&
  entry.context === mutant.context &&
  entry.original === mutant.original &&
  entry.mutated === mutant.mutated

/** Deviations of the normal distribution that hold 95 % of it. */
const Z = 1.96

/** Wilson's score interval of a share: it stays within 0 and 1, and holds for shares near 1. */
export const wilson = (hits: number, of: number): readonly [low: number, high: number] => {
  if (of === 0) return [0, 1]
  const share = hits / of
  const scale = 1 + Z ** 2 / of
  const middle = (share + Z ** 2 / (2 * of)) / scale
  const half = (Z / scale) * Math.sqrt((share * (1 - share)) / of + Z ** 2 / (4 * of ** 2))
  return [Math.max(0, middle - half), Math.min(1, middle + half)]
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`
const shareOf = ({ killed, timedOut, mutants, accepted }: Tally): string =>
  mutants === accepted ? "-" : percent((killed + timedOut) / (mutants - accepted))

/** On one line and not endless. */
const brief = (text: string): string => {
  const line = text.replaceAll(/\s+/g, " ")
  return line.length > MAX_SHOWN ? `${line.slice(0, MAX_SHOWN)} …` : line
}
const MAX_SHOWN = 100

const change = ({ file, line, operator, original, mutated }: Mutant): string =>
  `${file}:${line} [${operator}] ${brief(original)} → ${mutated === "" ? "(left out)" : brief(mutated)}`

/** The report as lines for a person. */
export const printed = (report: Report): string => {
  const rows = [
    ["file", "mutants", "killed", "timed out", "survived", "no test", "accepted", "share"],
    ...[...report.files, { file: "all", ...report.total }].map((row) => [
      row.file,
      ...[row.mutants, row.killed, row.timedOut, row.survived, row.uncovered, row.accepted].map(String),
      shareOf(row)
    ])
  ]
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const table = rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("  ")
  )
  const { share, interval, total, survivors, accepted, stale } = report
  const range = interval === null ? "" : ` (95 %: ${percent(interval[0])} to ${percent(interval[1])})`
  return [
    ...table,
    "",
    ...section(
      "survivors",
      survivors.map((mutant) => change(mutant) + (mutant.outcome === "uncovered" ? ": no test runs it" : ""))
    ),
    ...section(
      "accepted survivors",
      accepted.map((mutant) => `${change(mutant)}: ${mutant.reason}`)
    ),
    ...section(
      "accepted survivors that are no more: delete them",
      stale.map(({ file, context, original, mutated }) => `${file} ${context}: ${original} → ${mutated}`)
    ),
    `killed ${total.killed + total.timedOut} of ${total.mutants - total.accepted}: ${percent(share)}${range}`
  ].join("\n")
}

const section = (title: string, lines: ReadonlyArray<string>): ReadonlyArray<string> =>
  lines.length === 0 ? [] : [`${title} (${lines.length}):`, ...lines.map((line) => `  ${line}`), ""]
