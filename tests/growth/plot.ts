/** A copy of the repository in which something new is planted, to count the files that it takes. */
import { execFileSync, spawnSync } from "node:child_process"
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"

const ROOT = join(import.meta.dirname, "../..")

/** A planted change of one file: the whole text of a new one, or what replaces an anchor that must stand in the old one. */
export type Planting = string | ReadonlyArray<readonly [anchor: string, replacement: string]>

/** The files that git knows, copied; its packages are those of the repository itself. */
export class Plot {
  readonly folder = mkdtempSync(join(tmpdir(), "kennel-growth-"))

  constructor() {
    const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z"], {
      cwd: ROOT,
      encoding: "utf8"
    })
    for (const path of listed.split("\0").filter((name) => name !== "")) {
      mkdirSync(dirname(join(this.folder, path)), { recursive: true })
      cpSync(join(ROOT, path), join(this.folder, path))
    }
    symlinkSync(join(ROOT, "node_modules"), join(this.folder, "node_modules"))
    // The rules about the repository ask git which files there are.
    execFileSync("git", ["init", "--quiet"], { cwd: this.folder })
  }

  /** Plants every change; throws where an anchor is not (or not once) in its file. */
  plant(changes: Readonly<Record<string, Planting>>): void {
    for (const [path, change] of Object.entries(changes)) {
      const file = join(this.folder, path)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, typeof change === "string" ? change : this.replaced(path, change))
    }
  }

  private replaced(path: string, changes: ReadonlyArray<readonly [string, string]>): string {
    return changes.reduce(
      (text, [anchor, replacement]) => {
        if (text.split(anchor).length !== 2)
          throw new Error(`${path} holds ${text.split(anchor).length - 1} times: ${anchor}`)
        return text.replace(anchor, () => replacement)
      },
      readFileSync(join(this.folder, path), "utf8")
    )
  }

  /** What the compiler says: empty when it is content. What it has found stands beside, so that only what changes is looked at again. */
  compile(): string {
    const known = join(this.folder, "known.tsbuildinfo")
    return this.run("node_modules/.bin/tsc", ["-p", ".", "--noEmit", "--tsBuildInfoFile", known])
  }

  /** What a program of the copy prints when it fails; empty when it does not. */
  run(command: string, args: ReadonlyArray<string>): string {
    const { status, stdout, stderr } = spawnSync(command, args, {
      cwd: this.folder,
      encoding: "utf8",
      env: { PATH: `${join(ROOT, "node_modules/.bin")}:${process.env["PATH"] ?? ""}` },
      timeout: 300_000
    })
    return status === 0 ? "" : `${stdout}${stderr}`
  }

  /** What a program of the copy prints. */
  output(command: string, args: ReadonlyArray<string>): string {
    const { stdout, stderr } = spawnSync(command, args, {
      cwd: this.folder,
      encoding: "utf8",
      env: { PATH: `${join(ROOT, "node_modules/.bin")}:${process.env["PATH"] ?? ""}` },
      timeout: 300_000
    })
    return `${stdout}${stderr}`
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}
