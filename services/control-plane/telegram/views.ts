/** What each command that only looks answers. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { spanText } from "../../../shared/core/rules/sentence.ts"
import { helpLines, type ViewName } from "./core/commands.ts"
import type { Line } from "./core/lines.ts"
import { levelsLines } from "./core/replies/levels.ts"
import { balanceLines, dailyLines, profitLines } from "./core/replies/money.ts"
import { slotsLines, statusLines, versionLines } from "./core/replies/status.ts"
import { type WhyNow, whyLines } from "./core/replies/why.ts"

/** Times as chats say them: UTC. */
const WORDS = {
  instant: (ms: number): string => new Date(ms).toISOString().replace("T", " ").slice(0, 19),
  span: (ms: number): string => spanText(ms / 1_000)
}

const { version } = JSON.parse(readFileSync(join(import.meta.dirname, "../../../package.json"), "utf8")) as {
  readonly version: string
}

/** `words`: what stood after the command. */
export const viewLines = (
  view: ViewName,
  now: Omit<WhyNow, "words">,
  words: ReadonlyArray<string>
): ReadonlyArray<Line> => {
  const { report } = now
  switch (view) {
    case "status":
      return statusLines(report)
    case "why":
      return whyLines({ ...now, words: WORDS }, words[0])
    case "profit":
      return profitLines(report)
    case "daily":
      return dailyLines(report)
    case "balance":
      return balanceLines(report)
    case "slots":
      return slotsLines(report)
    case "levels":
      return levelsLines(report)
    case "version":
      return versionLines(report, version)
    case "help":
      return helpLines
  }
}
