/** Where a twin's days are kept, and how one is said in a line. */
import { readdirSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { makeDirectory, OWNER_FILE } from "../../shared/files/directory.ts"
import type { TwinReport } from "./twinDay.ts"

/** Days that are kept, a file each: a quarter. */
const KEPT = 90

const DAY_FILE = /^\d{4}-\d{2}-\d{2}\.json$/

/** Writes the day's report into the directory, whole or not at all, and lets go of the oldest; gives the file. Throws the system's error. */
export const keepReport = (directory: string, report: TwinReport): string => {
  makeDirectory(directory)
  const file = join(directory, `${report.day}.json`)
  writeFileSync(`${file}.unfinished`, `${JSON.stringify(report, null, 1)}\n`, { mode: OWNER_FILE })
  renameSync(`${file}.unfinished`, file)
  const days = readdirSync(directory).filter((name) => DAY_FILE.test(name))
  for (const old of days.toSorted().slice(0, -KEPT)) rmSync(join(directory, old))
  return file
}

/** The day in a line. */
export const reportLine = ({ day, apart, market, paper }: TwinReport): string => {
  const { both, onlyRecorded, onlySimulated, laterSec } = apart
  const when = laterSec === null ? "" : `, on paper ${laterSec.median.toFixed(1)} s later in the middle`
  return (
    `paper twin ${day}: orders filled ${both} in both, ${onlyRecorded} in the market only, ${onlySimulated} on paper only${when}; ` +
    `cycles ${market.cycles} and ${paper.cycles} on paper, P&L ${market.pnl} and ${paper.pnl} on paper`
  )
}
