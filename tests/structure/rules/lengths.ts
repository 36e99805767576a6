/** Small files. */
import { TEST_SUPPORT } from "../lists.ts"
import { matches, type Rule } from "../source.ts"

/**
 * No file outside tests is longer than `max` lines but those in `allowances`, and these may only shrink: once a file has
 * become ten lines shorter than its allowance, the allowance has to follow.
 */
export const shortFiles =
  (max: number, allowances: Readonly<Record<string, number>>): Rule =>
  (sources) => {
    const lengths = new Map(sources.map(({ path, text }) => [path, text.split("\n").length - 1]))
    const tooLong = [...lengths].flatMap(([path, lines]) => {
      const allowed = allowances[path] ?? max
      return lines <= allowed || matches(path, TEST_SUPPORT)
        ? []
        : [`${path}: ${lines} lines, at most ${allowed}: split it`]
    })
    const stale = Object.entries(allowances).flatMap(([path, allowed]) => {
      const lines = lengths.get(path)
      if (lines === undefined || lines <= max) return [`tests/structure/lists.ts: ${path} needs no allowance any more`]
      return lines < allowed - 10 ? [`tests/structure/lists.ts: lower the allowance of ${path} to ${lines}`] : []
    })
    return [...tooLong, ...stale]
  }
