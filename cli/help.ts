/**
 * `kennel`, `kennel --help` and `kennel --version` without the parser of the command line: reading that takes three times what saying
 * this does. The text is the parser's own, to the letter (`help.int.test.ts` holds both against each other).
 */
import packageJson from "../package.json" with { type: "json" }
import { COMMANDS, PURPOSE } from "./commands.ts"

/** The flags that every command takes; the parser's. */
const GLOBAL_FLAGS: ReadonlyArray<readonly [string, string]> = [
  ["--help, -h", "Show help information"],
  ["--version, -v", "Show version information"],
  ["--wizard", "Start wizard mode for a command"],
  [
    "--completions <bash|zsh|fish|powershell|sh|pwsh>",
    "Print shell completion script (choices: bash, zsh, fish, powershell, sh, pwsh)"
  ],
  [
    "--log-level <all|trace|debug|info|warn|warning|error|fatal|none>",
    "Sets the minimum log level (choices: all, trace, debug, info, warn, warning, error, fatal, none)"
  ]
]

const columns = (rows: ReadonlyArray<readonly [string, string]>): ReadonlyArray<string> => {
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, text]) => `  ${name.padEnd(width)}    ${text}`)
}

const helpText = (): string =>
  [
    "DESCRIPTION",
    `  ${PURPOSE}`,
    "",
    "USAGE",
    "  kennel <subcommand> [flags]",
    "",
    "GLOBAL FLAGS",
    ...columns(GLOBAL_FLAGS),
    "",
    "SUBCOMMANDS",
    ...columns(Object.entries(COMMANDS).map(([name, { about }]) => [name, about]))
  ].join("\n")

/** The answer to arguments that ask for nothing but help or the version; null: they ask for more. */
export const quickAnswer = (args: ReadonlyArray<string>): string | null => {
  const [flag = "--help", ...more] = args
  if (more.length > 0) return null
  if (flag === "--help" || flag === "-h") return helpText()
  return flag === "--version" || flag === "-v" ? `kennel v${packageJson.version}` : null
}
