/** A disk of one's own that is small enough to be filled: a tmpfs, which asks for root. */
import { execFileSync } from "node:child_process"
import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, type Scope } from "effect"
import { missing } from "../../shared/testing/requires.ts"

/** What can befall it. */
export interface SmallDisk {
  readonly path: string
  /** Not a byte is left. */
  readonly fill: () => void
  /** What filled it goes away. */
  readonly makeRoom: () => void
  /** Nothing can be written, root or not. */
  readonly setReadOnly: (readOnly: boolean) => void
}

const mount = (...args: ReadonlyArray<string>): void => {
  execFileSync("mount", [...args], { stdio: "pipe" })
}

const mounted = (): SmallDisk => {
  const path = mkdtempSync(join(tmpdir(), "kennel-disk-"))
  const ballast = join(path, "ballast")
  mount("-t", "tmpfs", "-o", "size=1m", "tmpfs", path)
  return {
    path,
    fill: () => {
      const file = openSync(ballast, "w")
      try {
        // Page by page: a write that no longer fits as a whole would leave some room.
        for (const page = Buffer.alloc(4_096); ;) writeSync(file, page)
      } catch {
        closeSync(file)
      }
    },
    makeRoom: () => rmSync(ballast, { force: true }),
    setReadOnly: (readOnly) => mount("-o", `remount,${readOnly ? "ro" : "rw"}`, path)
  }
}

const unmount = ({ path }: SmallDisk): void => {
  execFileSync("umount", ["--lazy", path], { stdio: "pipe" })
  rmdirSync(path)
}

/** A disk of one MiB, until the scope closes. */
export const smallDisk: Effect.Effect<SmallDisk, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(mounted),
  (disk) => Effect.sync(() => unmount(disk))
)

/** Whether tests on one can run; see `missing` for what happens where they cannot. */
export const mountFound = (): boolean => {
  try {
    unmount(mounted())
    return true
  } catch {
    return missing(
      "tests of a full disk mount a small one: run them as root on Linux, in a container with CAP_SYS_ADMIN"
    )
  }
}
