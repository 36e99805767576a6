/** Documents that stay true. */
import { lineOf } from "../scan.ts"
import type { Findings, TextFile } from "../source.ts"

const MENTION = /`((?:\.ci|bench|cli|docs|services|shared|tests)\/[\w./-]*[\w/])`/g

/** A file or folder of ours that a document names in backticks is there. */
export const mentionsExist = (files: ReadonlyArray<TextFile>, exists: (path: string) => boolean): Findings =>
  files
    .filter(({ path }) => path.endsWith(".md"))
    .flatMap(({ path, text }) =>
      [...text.matchAll(MENTION)]
        .filter(([, mentioned = ""]) => !exists(mentioned))
        .map((match) => `${path}:${lineOf(text, match.index)}: there is no ${match[1] ?? ""}`)
    )
