/** `kennel init-env`: the passwords and keys that the containers need, made once and never changed. */
import { randomBytes } from "node:crypto"
import { chmodSync, existsSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { resolve } from "node:path"
import { Console, Effect, Schema } from "effect"
import { Command, Flag } from "effect/cli"
import { messageOf } from "../../../shared/core/messageOf.ts"
import { completed, type Completion, completionOf } from "./environment.ts"

/** The file is as it was; each problem says what to do. */
class WrongEnvironment extends Schema.TaggedError<WrongEnvironment>()("WrongEnvironment", {
  path: Schema.String,
  problems: Schema.Array(Schema.String)
}) {
  override get message(): string {
    return this.problems.map((problem) => `${this.path}: ${problem}`).join("\n")
  }
}

/** Its owner alone reads it. */
const OWNER_ONLY = 0o600

/** Whole or not at all: a cut secret would stay for good. */
const replace = (path: string, text: string): void => {
  const beside = `${path}.${process.pid}.new`
  try {
    writeFileSync(beside, text, { mode: OWNER_ONLY, flag: "wx", flush: true })
    renameSync(beside, path)
  } finally {
    rmSync(beside, { force: true })
  }
}

/** Adds to the file what it lacks. Says what that was; throws when the file cannot be read or written. */
const complete = (asked: string): Completion & { readonly made: boolean } => {
  const made = !existsSync(asked)
  const path = made ? asked : realpathSync(asked)
  const before = made ? "" : readFileSync(path, "utf8")
  const completion = completionOf(before, (bytes) => randomBytes(bytes).toString("hex"))
  if (completion.problems.length === 0) {
    if (completion.additions.length > 0) replace(path, completed(before, completion.additions))
    else chmodSync(path, OWNER_ONLY)
  }
  return { ...completion, made }
}

export const initEnvCommand = Command.make(
  "init-env",
  { file: Flag.String("file").pipe(Flag.withDescription("The file to complete"), Flag.withDefault(".env")) },
  Effect.fn(function* ({ file }) {
    const path = resolve(file)
    const wrong = (problems: ReadonlyArray<string>) => new WrongEnvironment({ path, problems })
    const { additions, problems, made } = yield* Effect.try({
      try: () => complete(path),
      catch: (error) => wrong([messageOf(error)])
    })
    if (problems.length > 0) return yield* wrong(problems)
    const names = additions.map(({ name }) => name).join(", ")
    yield* Console.log(
      made
        ? `${path}: made, with ${additions.length} passwords and keys. Keep it with the volumes: what is in them is opened with it.`
        : additions.length === 0
          ? `${path}: complete; nothing changed`
          : `${path}: ${names} added; what was there is unchanged`
    )
  })
)
