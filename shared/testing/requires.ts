/**
 * Programs from outside that some tests need, such as `nats-server` or `chromium`.
 * On a newcomer's machine a missing one skips those tests with one clear line; in CI it is a failure.
 */
import { accessSync, constants, statSync } from "node:fs"
import { delimiter, join } from "node:path"

/** The programs a test may ask for, each with the Debian package that holds it. */
const DEBIAN_PACKAGE = {
  "nats-server": "nats-server",
  chromium: "chromium",
  openssl: "openssl",
  script: "bsdutils",
  zstd: "zstd"
} as const

/** A program that a test may ask for. */
export type RequiredBinary = keyof typeof DEBIAN_PACKAGE

/** Searched after `PATH`: Debian puts daemons into `/usr/sbin`, which is not on an ordinary user's `PATH`. */
const DAEMON_DIRECTORIES = ["/usr/local/sbin", "/usr/sbin", "/sbin"]

/** The directories a program is looked for in, in order. */
export const searchPath = (env: NodeJS.ProcessEnv = process.env): ReadonlyArray<string> =>
  [...(env["PATH"] ?? "").split(delimiter), ...DAEMON_DIRECTORIES].filter((directory) => directory !== "")

const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

/** Path of the first executable file of this name, or null. */
export const findBinary = (name: string, directories: ReadonlyArray<string> = searchPath()): string | null =>
  directories.map((directory) => join(directory, name)).find(isProgram) ?? null

/** Where a missing thing is spoken of, and whether it is a failure; given in this file's own tests only. */
interface Place {
  readonly ci: boolean
  readonly say: (line: string) => void
}
const HERE: Place = { ci: (process.env["CI"] ?? "") !== "", say: (line) => process.stderr.write(line) }

const announced = new Set<string>()

/**
 * What every condition of a test ends with: one line on stderr per test file says what to install, and the answer is `false`.
 * Throws when `CI` is set: there a skipped test would be a green light for nothing.
 */
export const missing = (remedy: string, { ci, say }: Place = HERE): false => {
  if (ci) throw new Error(remedy)
  if (!announced.has(remedy)) say(`tests skipped: ${remedy}\n`)
  announced.add(remedy)
  return false
}

/**
 * Path of a program that a test needs, or null where it is `missing` and the test is to be skipped.
 *
 * ```ts
 * const natsServer = requireBinary("nats-server")
 * describe.runIf(natsServer !== null)("the NATS journal", () => { … })
 * ```
 */
export const requireBinary = (
  name: RequiredBinary,
  directories: ReadonlyArray<string> = searchPath(),
  place: Place = HERE
): string | null => {
  const path = findBinary(name, directories)
  if (path !== null) return path
  missing(`${name} not found in PATH or /usr/sbin; on Debian: apt-get install ${DEBIAN_PACKAGE[name]}`, place)
  return null
}

/** Whether this is Linux: its /proc and /sys, and modes of files. */
export const linuxFound = (): boolean =>
  process.platform === "linux" || missing("not Linux: what only its file systems do is not tried")
