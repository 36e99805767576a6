/**
 * Every command by its name: what it is for, and where it stands. The modules of a command are read when it is asked for: a help
 * text, or a word mistyped, needs none of them.
 */
import type * as Command from "effect/cli/Command"

/** What the program is. */
export const PURPOSE = "An event-sourced grid trader for Kraken's DOGE/USD"

/** In the order of the help. */
export const COMMANDS = {
  up: {
    about: "Run everything in this process; on paper unless LIVE=true",
    load: async () => (await import("./commands/up/command.ts")).upCommand
  },
  service: {
    about: "Run one service over NATS_URL",
    load: async () => (await import("./commands/service.ts")).serviceCommand
  },
  config: {
    about: "Show every setting with its value in force, without secrets",
    load: async () => (await import("./commands/config.ts")).configCommand
  },
  "init-env": {
    about: "Make the .env that docker compose needs, or add what yours lacks",
    load: async () => (await import("./commands/initEnv/command.ts")).initEnvCommand
  },
  journal: {
    about: "Look into a journal, prove it, copy and compare it, answer a fault, seal and archive it",
    load: async () => (await import("./commands/journal/command.ts")).journalCommand
  },
  replay: {
    about: "Prove a file of a journal again, or look at any actor's state at any place, record by record",
    load: async () => (await import("./commands/replay/command.ts")).replayCommand
  },
  bisect: {
    about: "The first record at which two builds, or two settings, decide otherwise. Exit code 1 where there is one",
    load: async () => (await import("./commands/bisect/command.ts")).bisectCommand
  },
  export: {
    about: "Fills or cycles of a journal as CSV, for taxes and tables: exact amounts, every id",
    load: async () => (await import("./commands/export/command.ts")).exportCommand
  },
  fork: {
    about: "What other settings would have made of a recorded market, from a place on",
    load: async () => (await import("./commands/fork/command.ts")).forkCommand
  },
  why: {
    about: "Why an order is there and what became of it; why a slot or the market waits, and what would end that",
    load: async () => (await import("./commands/why/command.ts")).whyCommand
  },
  conformance: {
    about: "Run reference cases and print how many pass",
    load: async () => (await import("./commands/conformance.ts")).conformanceCommand
  },
  regime: {
    about: "Fit the regime model to recorded candles, label and draw them",
    load: async () => (await import("./commands/regime/command.ts")).regimeCommand
  },
  backtest: {
    about: "Try the market's own rules on recorded candles or trades",
    load: async () => (await import("./commands/backtest/command.ts")).backtestCommand
  },
  backfill: {
    about:
      "Fetch history into the store. Without --incremental or --skip-existing everything is fetched again. " +
      "Exit code 0: all done; 1: some failed; 130: stopped midway, and the same command goes on where it was",
    load: async () => (await import("./commands/backfill/command.ts")).backfillCommand
  },
  candles: {
    about: "Look at the candles in the store",
    load: async () => (await import("./commands/candles.ts")).candlesCommand
  },
  symbols: {
    about: "The watchlist: whose history is kept besides the traded pair's",
    load: async () => (await import("./commands/symbols/command.ts")).symbolsCommand
  },
  levels: {
    about:
      "Key levels of the running market, or of a finished day: POC, value area, VWAP, opening range, first touches. " +
      "Exit code 2 while something is missing",
    load: async () => (await import("./commands/levels/command.ts")).levelsCommand
  },
  structure: {
    about: "Market structure: order blocks, fair value gaps, breaks, trends",
    load: async () => (await import("./commands/structure/command.ts")).structureCommand
  },
  status: {
    about: "The running market on one screen; --watch keeps it up to date",
    load: async () => (await import("./commands/status/command.ts")).statusCommand
  },
  action: {
    about: "Pause, resume, add slots and whatever else a person may ask of the running market",
    load: async () => (await import("./commands/actions.ts")).actionCommand
  },
  audit: {
    about: "Post a journal to a double-entry ledger and compare it with the slots' books",
    load: async () => (await import("./commands/audit/command.ts")).auditCommand
  },
  doctor: {
    about: "Check settings, machine, journal, exchange, fees, limits and keys; advice per line",
    load: async () => (await import("./commands/doctor/command.ts")).doctorCommand
  }
} as const

/** Whichever it is: its arguments are its own affair, and how it fails is said in `main.ts`. */
type Loaded = Command.Command<string, {}, {}, unknown>

/** Flags that look into every command. */
const LOOKS_INTO_ALL: ReadonlySet<string> = new Set(["--completions", "--wizard"])

/** The commands, in the order of the help: those that are wanted as they are, of the others name and purpose. */
const commands = async (wanted: (name: string) => boolean) => {
  const Command = await import("effect/cli/Command")
  return Promise.all(
    Object.entries(COMMANDS).map(async ([name, { about, load }]) => {
      const command: Loaded = wanted(name) ? ((await load()) as Loaded) : Command.make(name)
      return Command.withDescription(command, about)
    })
  )
}

/** All commands as they are. */
export const everyCommand = () => commands(() => true)

/** The commands for these arguments: the one that they name as it is. */
export const commandsFor = (args: ReadonlyArray<string>) => {
  const named = args.find((arg) => Object.hasOwn(COMMANDS, arg))
  const all = args.some((arg) => LOOKS_INTO_ALL.has(arg.split("=")[0] ?? arg))
  return commands((name) => all || name === named)
}
