/** Times as commands print them: UTC, and spans in the unit that people count in. */

/** `2026-11-21 17:03:09` of Unix milliseconds, with the milliseconds where `precise`; `-` where there is no time (0). */
export const instant = (ms: number, precise = false): string =>
  ms === 0
    ? "-"
    : new Date(ms)
        .toISOString()
        .replace("T", " ")
        .slice(0, precise ? 23 : 19)

/** `42 s`, `12 min`, `3.5 h`, `2.1 d` of milliseconds. */
export const span = (ms: number): string => {
  const tenths = (value: number): string => String(Math.round(value * 10) / 10)
  const sec = ms / 1_000
  if (sec < 180) return `${tenths(sec)} s`
  if (sec < 3 * 3_600) return `${tenths(sec / 60)} min`
  return sec < 2 * 86_400 ? `${tenths(sec / 3_600)} h` : `${tenths(sec / 86_400)} d`
}
