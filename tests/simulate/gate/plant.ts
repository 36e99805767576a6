/** Plants a bug in this thread, before anything of the product is loaded. */
import { readFileSync } from "node:fs"
import { registerHooks } from "node:module"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import type { Planted } from "./planted.ts"

const root = join(import.meta.dirname, "../../..")

/** The file as the bug has it. Throws where the text that is to be changed does not stand there exactly once. */
export const changedBy = ({ changes }: Planted, file: string): string => {
  let text = readFileSync(join(root, file), "utf8")
  for (const { find, becomes } of changes.filter((change) => change.file === file)) {
    if (text.split(find).length !== 2) throw new Error(`${file} does not hold ${JSON.stringify(find)} once`)
    text = text.replace(find, () => becomes)
  }
  return text
}

/** From here on the files that it changes are loaded as it has them. */
export const plant = (planted: Planted): void => {
  const texts = new Map(planted.changes.map(({ file }) => [join(root, file), changedBy(planted, file)]))
  registerHooks({
    load: (url, context, next) => {
      const loaded = next(url, context)
      const text = url.startsWith("file:") ? texts.get(fileURLToPath(url)) : undefined
      return text === undefined ? loaded : { ...loaded, source: text }
    }
  })
}
