/** A build by its name: this one, a directory with a checkout, or a git revision, which is checked out beside. */
import { execFileSync, type ExecFileSyncOptions } from "node:child_process"
import { existsSync, mkdtempSync, rmSync, symlinkSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { pathToFileURL } from "node:url"
import { Effect, Schema, type Scope } from "effect"
import type { Actor } from "../../../shared/actor/core/actor.ts"
import { messageOf } from "../../../shared/core/messageOf.ts"

/** What a build gives: its actors that decide. Every build has had this function under this name. */
type DecidersOf = (slots: ReadonlyArray<number>) => ReadonlyArray<Actor<unknown>>

/** A name that is no build. */
export class NoSuchBuild extends Schema.TaggedError<NoSuchBuild>()("NoSuchBuild", {
  name: Schema.String,
  problem: Schema.String
}) {
  override get message(): string {
    return `${this.name} is no build: ${this.problem}. Give a git revision, a directory with a checkout, or . for this build`
  }
}

const ROOT = resolve(import.meta.dirname, "../../..")

const checkedOut = (name: string): Effect.Effect<string, NoSuchBuild, Scope.Scope> =>
  Effect.gen(function* () {
    const directory = yield* Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "kennel-build-"))),
      (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
    )
    yield* Effect.try({
      try: () => {
        const options: ExecFileSyncOptions = { cwd: ROOT, maxBuffer: 1 << 28, stdio: ["pipe", "pipe", "pipe"] }
        // What begins with a dash would be an option.
        const revision = execFileSync("git", ["rev-parse", "--verify", "--end-of-options", `${name}^{commit}`], options)
        const tar = execFileSync("git", ["archive", "--format=tar", revision.toString().trim()], options)
        execFileSync("tar", ["-x", "-C", directory], { ...options, input: tar })
        symlinkSync(join(ROOT, "node_modules"), join(directory, "node_modules"))
      },
      catch: (error) => new NoSuchBuild({ name, problem: messageOf(error).split("\n")[0] ?? "" })
    })
    return directory
  })

/** The deciding actors of a build. They run in this process, with this checkout's packages. */
export const decidersOfBuild = Effect.fn("decidersOfBuild")(function* (name: string) {
  const directory =
    name === "." ? ROOT : existsSync(join(name, "app/registry.ts")) ? resolve(name) : yield* checkedOut(name)
  const file = pathToFileURL(join(directory, "app/registry.ts")).href
  const { decidersOf } = yield* Effect.tryPromise({
    try: () => import(file) as Promise<{ readonly decidersOf: DecidersOf }>,
    catch: (error) => new NoSuchBuild({ name, problem: messageOf(error) })
  })
  return decidersOf
})
