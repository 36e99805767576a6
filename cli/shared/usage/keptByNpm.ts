/** `npm start --port 9000`: npm takes the flag for itself and hands on only the number. */

/** Flags of `kennel up` that people write behind `npm start`. */
const FLAGS = ["market", "speed", "seed", "port", "data"] as const

/**
 * What to write instead, where npm has kept flags that were meant for us; null: it has kept none. npm tells a script of every flag it
 * was given as `npm_config_<name>` and says which script it runs.
 */
export const keptByNpm = (env: Readonly<Record<string, string | undefined>>): string | null => {
  if (env["npm_lifecycle_event"] !== "start") return null
  const kept = FLAGS.flatMap((flag) => {
    const value = env[`npm_config_${flag}`]
    return value === undefined || value === "" ? [] : [{ flag, value }]
  })
  if (kept.length === 0) return null
  const names = kept.map(({ flag }) => `--${flag}`).join(" and ")
  const flags = kept.map(({ flag, value }) => (value === "true" ? `--${flag} …` : `--${flag} ${value}`)).join(" ")
  return `npm keeps ${names} for itself unless two dashes stand before: npm start -- ${flags}`
}
