/** The lists the rules go by, in one place. Adding to them is a decision that a reviewer should see. */

/** Files that only compute: the same input gives the same output, for ever, on any machine. Tests beside them are not meant. */
export const PURE: ReadonlyArray<string> = ["**/core/**"]

/**
 * Packages that pure files may use: each only computes, as they do. `simple-statistics`: plain functions of arrays without state,
 * clock or I/O (those that draw at random take the source as an argument, and none of them is used).
 */
export const PURE_PACKAGES: ReadonlySet<string> = new Set(["simple-statistics"])

/** Files that exist for tests only. They may use development dependencies; production code may not import them, and no image holds them. */
export const TEST_SUPPORT: ReadonlyArray<string> = [
  "**/*.test.ts",
  "**/testing/**",
  "bench/**",
  "conformance/**",
  "tests/**",
  "*.config.ts"
]

/** Commands that work on a source checkout only: they import what does not ship when they are run, and say so where it is missing. */
export const NEEDS_SOURCE: ReadonlyArray<string> = ["cli/commands/conformance.ts"]

/** Where an Effect may be run, or a fiber started that no scope waits for. Tests and benches may. */
export const RUNS_EFFECTS: ReadonlyArray<string> = ["cli/main.ts", "cli/help/main.ts"]

/** No file outside tests is longer than this many lines … */
export const MAX_LINES = 300

/** … but these, which may only shrink. Never add a line here: split the file. */
export const LONG_FILES: Readonly<Record<string, number>> = {}

/** No function outside tests is longer than this many lines … */
export const MAX_FUNCTION_LINES = 70

/** … but these, by path and name, which may only shrink. Never add a line here: split the function. */
export const LONG_FUNCTIONS: Readonly<Record<string, number>> = {}

/** No folder of code holds more files than this. */
export const MAX_SHELF = 15
