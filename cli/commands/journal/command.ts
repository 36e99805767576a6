/** `kennel journal …`: look into a journal, prove it, copy it, compare it, answer a fault, seal and archive it. */
import { Command } from "effect/cli"
import { archiveCommand } from "./archive.ts"
import { catCommand } from "./cat.ts"
import { diffCommand } from "./diff.ts"
import { digestCommand } from "./digest.ts"
import { sealCommand } from "./seal.ts"
import { keepCommand, skipCommand } from "./skip.ts"
import { statCommand } from "./stat.ts"
import { tailCommand } from "./tail.ts"
import { exportCommand, importCommand } from "./transfer.ts"
import { verifyCommand } from "./verify.ts"

export const journalCommand = Command.make("journal").pipe(
  Command.withSubcommands([
    statCommand,
    catCommand,
    tailCommand,
    verifyCommand,
    diffCommand,
    digestCommand,
    exportCommand,
    importCommand,
    skipCommand,
    keepCommand,
    sealCommand,
    archiveCommand
  ])
)
