/**
 * Programs from outside that some tests need, such as `nats-server` or `chromium`.
 * On a newcomer's machine a missing one skips those tests with one clear line; in CI it is a failure.
 */
import { accessSync, constants, statSync } from "node:fs"
import { delimiter, join } from "node:path"

/** The programs a test may ask for, each with the Debian package that holds it. */
const DEBIAN_PACKAGE = { "nats-server": "nats-server", chromium: "chromium" } as const

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

const announced = new Set<string>()

/**
 * Path of a program that a test needs, or null where it is missing and the test is to be skipped: one line on stderr
 * per test file says so. Throws when `CI` is set: there a skipped test would be a green light for nothing.
 *
 * ```ts
 * const natsServer = requireBinary("nats-server")
 * describe.runIf(natsServer !== null)("the NATS journal", () => { … })
 * ```
 *
 * `where` is for this file's own tests.
 */
export const requireBinary = (
  name: RequiredBinary,
  where: {
    readonly directories: ReadonlyArray<string>
    readonly ci: boolean
    readonly say: (line: string) => void
  } = {
    directories: searchPath(),
    ci: (process.env["CI"] ?? "") !== "",
    say: (line) => process.stderr.write(line)
  }
): string | null => {
  const path = findBinary(name, where.directories)
  if (path !== null) return path
  const remedy = `${name} not found in PATH or /usr/sbin; on Debian: apt-get install ${DEBIAN_PACKAGE[name]}`
  if (where.ci) throw new Error(remedy)
  if (!announced.has(name)) {
    announced.add(name)
    where.say(`tests skipped: ${remedy}\n`)
  }
  return null
}
