/** `npm run -s generate`: writes every file that follows from the registry, the settings and the table of actions. A test fails while one is stale. */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { generatedFiles } from "./files.ts"

for (const { path, text } of generatedFiles()) {
  const file = join(import.meta.dirname, "../..", path)
  if (readFileSync(file, "utf8") === text) continue
  writeFileSync(file, text)
  process.stdout.write(`${path}\n`)
}
