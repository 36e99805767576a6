/**
 * One writer per directory, also after kill -9.
 *
 * Node offers no file lock that the system itself would drop, so the holder writes who it is (process id, its start
 * time, the machine's boot id) and the next one looks whether that process still lives. The race is in taking over from
 * a dead holder: two openers may both see it dead. Therefore locks are numbered turns, `lock.1`, `lock.2`, ...:
 *
 * - the holder is whoever the file with the highest number names;
 * - a turn is taken by linking a finished file to the next number: the link exists once, whole, or not at all;
 * - after taking it, the taker looks again: only the highest number counts, so a late taker of a stale number steps back;
 * - the highest file is never removed, only marked as released; lower ones are rubbish and are removed by the holder.
 *
 * A lock file is always written whole, so one that cannot be read was torn by a crash of the machine, and its holder died
 * with it: nothing needs to be synced here.
 *
 * Limit: processes that do not see each other's ids (two containers on one volume) cannot see each other's life. Give
 * each container its own volume.
 */
import * as fs from "node:fs"
import { Effect, type Scope } from "effect"
import { OWNER_FILE } from "../../../files/directory.ts"
import { JournalOpenError } from "../../port.ts"
import { codeOf, inWords } from "./disk.ts"
import { lockPath, lockTurnOf } from "./layout.ts"

interface Holder {
  readonly pid: number
  /** Clock ticks since boot; null where the system does not tell. A new process with an old number differs here. */
  readonly startedTicks: string | null
  readonly boot: string | null
  readonly released: boolean
}

/** Losing a race this often in a row means the directory is contended beyond reason. */
const MAX_ATTEMPTS = 20

const readText = (path: string): string | null => {
  try {
    return fs.readFileSync(path, "utf8")
  } catch {
    return null
  }
}

/** Field 22 of /proc/<pid>/stat; the name in field 2 may hold spaces and brackets, so count from its last bracket. */
const startedTicksOf = (pid: number): string | null =>
  readText(`/proc/${pid}/stat`)
    ?.replace(/^.*\)\s+/s, "")
    .split(" ")[19] ?? null

const bootId = (): string | null => readText("/proc/sys/kernel/random/boot_id")?.trim() ?? null

const self = (released: boolean): Holder => ({
  pid: process.pid,
  startedTicks: startedTicksOf(process.pid),
  boot: bootId(),
  released
})

const lives = (holder: Holder): boolean => {
  if (holder.released || holder.boot !== bootId()) return false
  try {
    process.kill(holder.pid, 0)
  } catch (error) {
    // EPERM: it is there, but somebody else's.
    if (codeOf(error) !== "EPERM") return false
  }
  return startedTicksOf(holder.pid) === holder.startedTicks
}

const parseHolder = (text: string): Holder | null => {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== "object" || value === null) return null
    const { pid, startedTicks, boot, released } = value as Record<string, unknown>
    if (typeof pid !== "number" || typeof released !== "boolean") return null
    return {
      pid,
      startedTicks: typeof startedTicks === "string" ? startedTicks : null,
      boot: typeof boot === "string" ? boot : null,
      released
    }
  } catch {
    return null
  }
}

const turnsOf = (directory: string): ReadonlyArray<number> =>
  fs
    .readdirSync(directory)
    .map(lockTurnOf)
    .filter((turn) => turn !== null)
    .sort((a, b) => a - b)

/** Links a finished lock file, written under a name of this process' own, to this turn; false when somebody else has the turn. */
const takeTurn = (directory: string, turn: number): boolean => {
  const path = lockPath(directory, turn)
  const temporary = `${path}.${process.pid}.tmp`
  try {
    fs.writeFileSync(temporary, JSON.stringify(self(false)), { mode: OWNER_FILE })
    fs.linkSync(temporary, path)
    return true
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false
    throw error
  } finally {
    fs.rmSync(temporary, { force: true })
  }
}

/** The living process that a turn's file names; null: a dead one, a released one, or a torn file. */
const livingHolder = (text: string): number | null => {
  const holder = parseHolder(text)
  return holder !== null && lives(holder) ? holder.pid : null
}

/** The process that holds the directory at this moment; null: none does, or there is no such directory. Takes nothing. */
export const holderOf = (directory: string): number | null => {
  try {
    const newest = turnsOf(directory).at(-1)
    const text = newest === undefined ? null : readText(lockPath(directory, newest))
    return text === null ? null : livingHolder(text)
  } catch {
    return null
  }
}

const tryAcquire = (directory: string): number | JournalOpenError => {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const newest = turnsOf(directory).at(-1) ?? 0
    if (newest > 0) {
      const text = readText(lockPath(directory, newest))
      if (text === null) continue
      const pid = livingHolder(text)
      if (pid !== null) {
        const detail = `in use by process ${pid}; stop that process first, or choose another directory`
        return new JournalOpenError({ where: directory, detail })
      }
    }
    const turn = newest + 1
    if (!takeTurn(directory, turn)) continue
    const turns = turnsOf(directory)
    if (turns.at(-1) !== turn) {
      fs.rmSync(lockPath(directory, turn), { force: true })
      continue
    }
    for (const older of turns.slice(0, -1)) fs.rmSync(lockPath(directory, older), { force: true })
    return turn
  }
  const detail = "several processes are opening it at the same moment; start one of them"
  return new JournalOpenError({ where: directory, detail })
}

/**
 * Marks a turn as released, in place: a full disk has no room for another file. A mark by halves reads as torn, which is free too.
 * One that cannot be made is said, and freed by this process's end.
 */
const release = (path: string): Effect.Effect<void> =>
  Effect.try(() => {
    const longest = JSON.stringify(self(false)).length
    fs.writeFileSync(path, JSON.stringify(self(true)).padEnd(longest), { flag: "r+" })
  }).pipe(Effect.catch(({ cause }) => Effect.logWarning(`${path}: not marked as released: ${inWords(codeOf(cause))}`)))

/** Holds the directory until the scope closes. Fails at once when a living process holds it. */
export const acquireLock = (directory: string): Effect.Effect<void, JournalOpenError, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.suspend(() => {
      try {
        const outcome = tryAcquire(directory)
        return typeof outcome === "number" ? Effect.succeed(outcome) : Effect.fail(outcome)
      } catch (error) {
        const detail = `cannot be locked: ${inWords(codeOf(error))}; the directory must be writable and on a local disk`
        return Effect.fail(new JournalOpenError({ where: directory, detail }))
      }
    }),
    (turn) => release(lockPath(directory, turn))
  ).pipe(Effect.asVoid)
