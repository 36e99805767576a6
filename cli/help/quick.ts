/**
 * `--help` of every command, and `--version`, without the parser of the command line and without what the command needs: reading
 * those takes ten times what saying this does. The texts are the parser's own, to the letter (`texts.ts` makes them).
 */
import packageJson from "../../package.json" with { type: "json" }
import texts from "./texts.json" with { type: "json" }

const TEXTS: Readonly<Record<string, string>> = texts
const HELP: ReadonlySet<string | undefined> = new Set(["--help", "-h"])
const VERSION: ReadonlySet<string | undefined> = new Set(["--version", "-v"])

/** The answer to arguments that ask for nothing but help of a command or the version; null: they ask for more. */
export const quickAnswer = (args: ReadonlyArray<string>): string | null => {
  if (args.length === 0) return TEXTS[""] ?? null
  const words = args.slice(0, -1)
  if (HELP.has(args.at(-1))) return TEXTS[words.join(" ")] ?? null
  return words.length === 0 && VERSION.has(args[0]) ? `kennel v${packageJson.version}` : null
}
