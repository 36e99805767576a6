/** Pure files compute and do nothing else. */
import { PURE, PURE_PACKAGES, TEST_SUPPORT } from "../lists.ts"
import { lineOf } from "../scan.ts"
import { matches, resolveLocal, type Rule } from "../source.ts"

export const isPure = (path: string): boolean => matches(path, PURE) && !matches(path, TEST_SUPPORT)

/** Names that reach for the clock, chance, the process or the machine's language; each with what to use instead. */
const AMBIENT: ReadonlyArray<readonly [RegExp, string]> = [
  [/\bDate\.now\b|\bnew Date\b/, "take the time from the event"],
  [/\bperformance\./, "take the time from the event"],
  [/\bMath\.random\b|\bcrypto\b/, "take a seed or an id from the input"],
  [/\bsetTimeout\b|\bsetInterval\b|\bsetImmediate\b|\bqueueMicrotask\b/, "let a clock event drive it"],
  [
    /(?<![.\w])process\.(?:argv|cwd|emit|env|exit|hrtime|memoryUsage|nextTick|on|pid|platform|std|uptime)/,
    "take settings as an argument"
  ],
  [/\bconsole\./, "return what is to be said"],
  [/\bfetch\(/, "let the shell do it"],
  [/\.toLocale\w*\(|\.localeCompare\(|\bIntl\./, "the answer would depend on the machine's language"],
  [/\basync\b|\bawait\b|\bnew Promise\b/, "a pure file returns at once"]
]

/** No ambient input of any kind. */
export const noAmbientInput: Rule = (sources) =>
  sources
    .filter(({ path }) => isPure(path))
    .flatMap(({ path, code }) =>
      AMBIENT.flatMap(([pattern, instead]) =>
        [...code.matchAll(new RegExp(pattern, "g"))].map(
          (match) => `${path}:${lineOf(code, match.index)}: a pure file may not use ${match[0]}: ${instead}`
        )
      )
    )

/** At run time a pure file imports pure files and `PURE_PACKAGES` only; types may come from anywhere, by `import type`. */
export const pureImports: Rule = (sources) =>
  sources
    .filter(({ path }) => isPure(path))
    .flatMap(({ path, imports }) =>
      imports.flatMap(({ specifier, typeOnly, line }) => {
        if (typeOnly) return []
        const target = specifier === null ? null : resolveLocal(path, specifier)
        if (target === null ? PURE_PACKAGES.has(specifier ?? "") : isPure(target)) return []
        return [
          `${path}:${line}: a pure file may not import ${target ?? specifier ?? "a computed module"} at run time ` +
            `(a type? write \`import type\`; a pure file? move it into a core/ folder)`
        ]
      })
    )
