#!/usr/bin/env node
/** The command line. Every failure is one clear line on standard error; exit codes: 0 done or stopped, 1 failed. */
import "effect/schema/SchemaJITCompiler/enable"
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Cause, Console, Effect, Exit, Layer, Logger, References } from "effect"
import { CliError, Command } from "effect/cli"
import { readSettings } from "../app/settings.ts"
import packageJson from "../package.json" with { type: "json" }
import { actionCommand } from "./commands/actions.ts"
import { auditCommand } from "./commands/audit/command.ts"
import { backfillCommand } from "./commands/backfill/command.ts"
import { candlesCommand } from "./commands/candles.ts"
import { configCommand } from "./commands/config.ts"
import { conformanceCommand } from "./commands/conformance.ts"
import { doctorCommand } from "./commands/doctor/command.ts"
import { initEnvCommand } from "./commands/initEnv/command.ts"
import { journalCommand } from "./commands/journal/command.ts"
import { levelsCommand } from "./commands/levels/command.ts"
import { regimeCommand } from "./commands/regime/command.ts"
import { serviceCommand } from "./commands/service.ts"
import { structureCommand } from "./commands/structure/command.ts"
import { upCommand } from "./commands/up.ts"

const kennel = Command.make("kennel").pipe(
  Command.withDescription("An event-sourced grid trader for Kraken's DOGE/USD"),
  Command.withSubcommands([
    upCommand,
    serviceCommand,
    configCommand,
    initEnvCommand,
    journalCommand,
    conformanceCommand,
    regimeCommand,
    backfillCommand,
    candlesCommand,
    levelsCommand,
    structureCommand,
    actionCommand,
    auditCommand,
    doctorCommand
  ])
)

const LEVELS = { debug: "Debug", info: "Info", warning: "Warn", error: "Error" } as const

/** Logs go to standard error, as lines of key=value; standard output belongs to the command. */
const logging = Layer.mergeAll(
  Logger.layer([Logger.withConsoleError(Logger.formatLogFmt)]),
  Layer.succeed(References.MinimumLogLevel, LEVELS[readSettings(process.env).settings.logLevel])
)

/** Usage errors have been shown with their help by the parser; everything else is said here, once. */
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

// `kennel journal tail | head`: the reader has seen enough, which is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0)
  throw error
})

kennel.pipe(
  Command.run({ version: packageJson.version }),
  Effect.tapCause(say),
  Effect.provide(Layer.merge(NodeServices.layer, logging)),
  NodeRuntime.runMain({
    disableErrorReporting: true,
    teardown: (exit, done) =>
      done(Exit.isSuccess(exit) || Cause.hasInterruptsOnly(exit.cause) ? Number(process.exitCode ?? 0) : 1)
  })
)
