/** `kennel journal …`: look into a journal, prove it, answer a fault, seal and archive it. */
import { Command } from "effect/cli"
import { archiveCommand } from "./archive.ts"
import { digestCommand } from "./digest.ts"
import { sealCommand } from "./seal.ts"
import { skipCommand } from "./skip.ts"
import { tailCommand } from "./tail.ts"
import { verifyCommand } from "./verify.ts"

export const journalCommand = Command.make("journal").pipe(
  Command.withSubcommands([verifyCommand, digestCommand, tailCommand, skipCommand, sealCommand, archiveCommand])
)
