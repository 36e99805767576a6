#!/usr/bin/env node
/** The command line. Every failure is one clear line on standard error; exit codes: 0 done or stopped, 1 failed. */
import "effect/schema/SchemaJITCompiler/enable"
import { enableCompileCache } from "node:module"
import { homedir } from "node:os"
import { join } from "node:path"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Cause from "effect/Cause"
import * as CliError from "effect/cli/CliError"
import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as References from "effect/References"
import packageJson from "../package.json" with { type: "json" }
import { PROCESS_SETTINGS } from "../shared/config/process.ts"
import { readTable } from "../shared/config/table.ts"
import { commandsFor, PURPOSE } from "./commands.ts"
import { logLines } from "./shared/logLines.ts"
import { keptByNpm } from "./shared/usage/keptByNpm.ts"
import { shortUsage } from "./shared/usage/usage.ts"

// Nobody else reads what a process keeps, whoever writes it: the store's own files, too.
process.umask(0o077)

// As in `kennel.mjs`, for whoever starts this file itself, as containers do: what a command reads comes after this.
enableCompileCache(join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "kennel"))

// Modules one by one, here and in `commands.ts`: the collections they are gathered in cost a third of a second.
const kennel = Command.make("kennel").pipe(
  Command.withDescription(PURPOSE),
  Command.withSubcommands(await commandsFor(process.argv.slice(2)))
)

const LEVELS = { debug: "Debug", info: "Info", warning: "Warn", error: "Error" } as const

/** Logs go to standard error, as lines of key=value; standard output belongs to the command. */
const logging = Layer.mergeAll(
  Logger.layer([Logger.withConsoleError(logLines)]),
  Layer.succeed(References.MinimumLogLevel, LEVELS[readTable(PROCESS_SETTINGS, process.env).values.logLevel])
)

/** Usage errors have been said by `shortUsage`; everything else is said here, once. */
const say = (cause: Cause.Cause<unknown>) => {
  if (Cause.hasInterruptsOnly(cause)) return Effect.void
  const error = Cause.squash(cause)
  if (CliError.isCliError(error)) return Effect.void
  const expected = error instanceof Error && "_tag" in error
  const text = expected ? error.message : Cause.pretty(cause)
  return Console.error(
    text
      .split("\n")
      .map((line) => `kennel: ${line}`)
      .join("\n")
  )
}

// What closes a console window on Windows; without a listener it ends the process where it stands. Elsewhere it never comes.
process.on("SIGBREAK", () => process.emit("SIGTERM"))

// `kennel journal tail | head`: the reader has seen enough, which is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0)
  throw error
})

/** Nothing is started with a flag missing that the person believes to have set. */
const kept = keptByNpm(process.env)
const run = Command.run(kennel, { version: packageJson.version })
const refuse = (sentence: string) => Effect.andThen(Console.error(`kennel: ${sentence}`), Effect.fail(sentence))

const program = kept === null ? Effect.tapCause(run, say) : refuse(kept)

program.pipe(
  Effect.provide(Layer.mergeAll(NodeServices.layer, logging, shortUsage)),
  NodeRuntime.runMain({
    disableErrorReporting: true,
    teardown: (exit, done) =>
      done(Exit.isSuccess(exit) || Cause.hasInterruptsOnly(exit.cause) ? Number(process.exitCode ?? 0) : 1)
  })
)
