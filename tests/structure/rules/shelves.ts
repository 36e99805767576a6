/** Folders that tell what is in them. */
import { dirname } from "node:path"
import type { Findings } from "../source.ts"

/** No folder holds more than `max` files, tests included and its page (`*.md`) aside: a longer shelf is two subjects. */
export const shortShelves =
  (max: number) =>
  (paths: ReadonlyArray<string>): Findings => {
    const counts = new Map<string, number>()
    for (const path of paths) {
      if (!path.endsWith(".md")) counts.set(dirname(path), (counts.get(dirname(path)) ?? 0) + 1)
    }
    return [...counts]
      .filter(([, files]) => files > max)
      .map(([folder, files]) => `${folder}: ${files} files, at most ${max}: which of them belong together?`)
  }
