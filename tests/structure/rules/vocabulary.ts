/** The vocabulary of decisions holds what is decided, and nothing else. That every rule given is in it, the compiler sees to. */
import { TEST_SUPPORT } from "../lists.ts"
import { matches, type Rule } from "../source.ts"

const VOCABULARY: ReadonlyArray<string> = ["shared/core/rules/**"]

/** Rules that no production file names in quotes. */
export const unusedRules =
  (names: ReadonlyArray<string>): Rule =>
  (sources) => {
    const texts = sources
      .filter(({ path }) => !matches(path, VOCABULARY) && !matches(path, TEST_SUPPORT))
      .map(({ text }) => text)
    return names
      .filter((name) => !texts.some((text) => text.includes(`"${name}"`)))
      .map((name) => `shared/core/rules: nobody gives the rule ${name}: delete it`)
  }
