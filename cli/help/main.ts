/** Writes the help texts of all commands to `texts.json`; part of `npm run -s generate`. A test fails while they are stale. */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Effect } from "effect"
import { fileOf, helpTexts } from "./texts.ts"

const file = join(import.meta.dirname, "texts.json")
const text = fileOf(await Effect.runPromise(helpTexts))
if (readFileSync(file, "utf8") !== text) {
  writeFileSync(file, text)
  process.stdout.write("cli/help/texts.json\n")
}
