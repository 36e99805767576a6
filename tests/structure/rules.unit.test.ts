/** Each rule, shown a planted breach: a rule that cannot fail guards nothing. */
import { describe, expect, test } from "vitest"
import { cyclicGroups, noCycles, noFolderCycles } from "./rules/cycles.ts"
import { directions, production, targetsExist } from "./rules/directions.ts"
import { mentionsExist, readmesNameSources } from "./rules/documents.ts"
import { documentedExports } from "./rules/docstrings.ts"
import { functionsOf, shortFunctions } from "./rules/functions.ts"
import { shortFiles } from "./rules/lengths.ts"
import { isPure, noAmbientInput, pureImports } from "./rules/purity.ts"
import { shortShelves } from "./rules/shelves.ts"
import { unusedRules } from "./rules/vocabulary.ts"
import { everyTestRuns, missingProgramsOnly, noMachinePaths, noSleeps, noStrayFibers } from "./rules/words.ts"
import { globToRegExp, type Rule, sourceOf } from "./source.ts"

const check = (rule: Rule, files: Readonly<Record<string, string>>) =>
  rule(Object.entries(files).map(([path, text]) => sourceOf(path, text)))

const PURE_FILE = "services/order-gateway/core/fold.ts"

describe("directions", () => {
  test.each([
    ["a service that imports another", "services/market-feed/a.ts", "../slot-actor/state.ts"],
    ["a service's own test that does", "services/market-feed/a.unit.test.ts", "../slot-actor/state.ts"],
    ["a type of another service", "services/market-feed/a.ts", "../slot-actor/types.ts"],
    ["a service that imports the command line", "services/market-feed/a.ts", "../../app/layers.ts"],
    ["shared code that imports a service", "shared/actor/a.ts", "../../services/slot-actor/core/state.ts"],
    ["shared code that imports a test's helper", "shared/actor/a.ts", "../../tests/support/a.ts"]
  ])("%s is a breach", (_name, path, specifier) => {
    expect(check(directions, { [path]: `import type { A } from "${specifier}"` })).toHaveLength(1)
  })

  test.each([
    ["a service that imports shared code", "services/market-feed/a.ts", "../../shared/core/decimal/decimal.ts"],
    ["a service that imports itself", "services/market-feed/a/b.ts", "../c.ts"],
    ["a package", "shared/journal/a.ts", "effect"],
    ["the command line", "cli/a.ts", "../services/slot-actor/core/state.ts"],
    ["a bench", "bench/a.bench.ts", "../services/slot-actor/core/state.ts"],
    ["an end-to-end test", "services/market-feed/a.e2e.test.ts", "../exchange-sim/layer.ts"]
  ])("%s is none", (_name, path, specifier) => {
    expect(check(directions, { [path]: `import { A } from "${specifier}"` })).toEqual([])
  })

  test("the control plane takes the types of others' views, and nothing else of theirs", () => {
    const at = (line: string, path = "services/control-plane/core/a.ts") => check(directions, { [path]: line })
    expect(at('import type { A } from "../../governor/core/view/view.ts"')).toEqual([])
    expect(at('import { a } from "../../governor/core/view/view.ts"')).toHaveLength(1)
    expect(at('import type { A } from "../../governor/core/state.ts"')).toHaveLength(1)
    expect(at('import type { A } from "../slot-actor/core/view.ts"', "services/governor/a.ts")).toHaveLength(1)
  })

  test("an import of a file that is not there", () => {
    const files = { "cli/a.ts": 'import "./b.ts"\nimport "./c.ts"', "cli/b.ts": "" }
    expect(check(targetsExist, files)).toEqual(["cli/a.ts:2: there is no file cli/c.ts"])
  })

  test("an import that leaves its ending to the reader", () => {
    expect(check(targetsExist, { "cli/a.ts": 'import "./b"', "cli/b.ts": "" })).toHaveLength(1)
  })
})

describe("production code", () => {
  const rule = production(new Set(["vitest", "@types/ws"]))

  test("imports no development dependency, nor a part of one", () => {
    expect(check(rule, { "shared/a.ts": 'import "vitest/config"' })).toHaveLength(1)
    expect(check(rule, { "shared/a.unit.test.ts": 'import "vitest"', "shared/b.ts": 'import "vitest-like"' })).toEqual(
      []
    )
  })

  test("imports no test support", () => {
    expect(check(rule, { "shared/a.ts": 'import "./testing/requires.ts"' })).toHaveLength(1)
    expect(check(rule, { "services/x/a.int.test.ts": 'import "../../shared/testing/requires.ts"' })).toEqual([])
  })
})

describe("pure files", () => {
  test.each([
    "Date.now()",
    "new Date()",
    "new Date(2026, 0, 1)",
    "performance.now()",
    "Math.random()",
    "crypto.randomUUID()",
    "setTimeout(f, 1)",
    "setInterval(f, 1)",
    "process.env.HOME",
    "n.toLocaleString()",
    "a.localeCompare(b)",
    "new Intl.NumberFormat()",
    "console.log(1)",
    "async () => 1"
  ])("may not use %s", (code) => {
    expect(check(noAmbientInput, { [PURE_FILE]: `export const a = () => ${code}` })).toHaveLength(1)
    expect(check(noAmbientInput, { "shared/journal/memory.ts": `export const a = () => ${code}` })).toEqual([])
  })

  test("may call their own things process", () => {
    expect(
      check(noAmbientInput, { [PURE_FILE]: "const process = next(seed)\nexport const a = process.price" })
    ).toEqual([])
  })

  test.each([
    ["Effect", 'import { Effect } from "effect"'],
    ["a Node module", 'import { readFileSync } from "node:fs"'],
    ["an impure file", 'import { a } from "../service.ts"'],
    ["a type through an import that stays", 'import { type A } from "../service.ts"'],
    ["an impure file by re-export", 'export * from "../service.ts"'],
    ["anything computed", "export const a = import(b)"]
  ])("may not import %s", (_name, code) => {
    expect(check(pureImports, { [PURE_FILE]: code })).toHaveLength(1)
  })

  test.each([
    ["types of Effect", 'import type { Effect } from "effect"'],
    ["types of an impure file", 'import type { A } from "../service.ts"'],
    ["pure files", 'import { cost } from "../../../shared/core/decimal/decimal.ts"'],
    ["pure files beside it", 'import { a } from "./state.ts"']
  ])("may import %s", (_name, code) => {
    expect(check(pureImports, { [PURE_FILE]: code })).toEqual([])
  })

  test("are those under a core/ folder, and no tests", () => {
    const paths = ["core/actor.ts", "core/exit/orphan.ts", "core/actor.unit.test.ts", "service.ts", "testing/core/a.ts"]
    expect(paths.map((path) => isPure(`services/slot-actor/${path}`))).toEqual([true, true, false, false, false])
  })
})

describe("cycles", () => {
  test("a circle of three is found once, a ladder is not one", () => {
    const files = {
      "cli/a.ts": 'import "./b.ts"',
      "cli/b.ts": 'import type { C } from "./c.ts"',
      "cli/c.ts": 'import "./a.ts"\nimport "./d.ts"',
      "cli/d.ts": 'import "./e.ts"',
      "cli/e.ts": "",
      "cli/f.ts": 'import "./a.ts"\nimport "./e.ts"'
    }
    expect(check(noCycles, files)).toEqual(["import cycle: cli/a.ts ↔ cli/b.ts ↔ cli/c.ts"])
  })

  test("a file that imports itself is one", () => {
    expect(check(noCycles, { "cli/a.ts": 'import "./a.ts"' })).toEqual(["import cycle: cli/a.ts"])
  })

  test("two folders of shared/ that import each other are one, though no file imports itself", () => {
    const files = {
      "shared/candles/core/candle.ts": "",
      "shared/candles/source.ts": 'import type { E } from "../exchange/port.ts"',
      "shared/exchange/port.ts": 'import type { Candle } from "../candles/core/candle.ts"\nimport "../core/decimal.ts"',
      "shared/core/decimal.ts": ""
    }
    expect(check(noFolderCycles, files)).toEqual(["folders that import each other: shared/candles ↔ shared/exchange"])
    expect(check(noCycles, files)).toEqual([])
  })

  test("a test, a file beside the folders, or a folder that is only imported, is none", () => {
    const files = {
      "shared/candles/sources.int.test.ts": 'import "../exchange/port.ts"',
      "shared/exchange/port.ts": 'import "../candles/core/candle.ts"\nimport "../retry.ts"',
      "shared/retry.ts": 'import "./exchange/port.ts"',
      "shared/candles/core/candle.ts": 'import "./csv.ts"',
      "shared/candles/core/csv.ts": ""
    }
    expect(check(noFolderCycles, files)).toEqual([])
  })

  test("two circles that share a node are one group, two apart are two", () => {
    const eight = new Map(Object.entries({ a: ["b", "c"], b: ["a"], c: ["a"] }))
    expect(cyclicGroups(eight).map((group) => group.toSorted())).toEqual([["a", "b", "c"]])
    const apart = new Map(Object.entries({ a: ["b"], b: ["a", "c"], c: ["d"], d: ["c"] }))
    expect(cyclicGroups(apart).map((group) => group.toSorted())).toEqual([
      ["c", "d"],
      ["a", "b"]
    ])
  })
})

describe("lengths", () => {
  const lines = (count: number): string => "//\n".repeat(count)

  test("a file one line past the limit is too long, unless it is a test", () => {
    expect(check(shortFiles(3, {}), { "cli/a.ts": lines(3) })).toEqual([])
    expect(check(shortFiles(3, {}), { "cli/a.ts": lines(4) })).toEqual(["cli/a.ts: 4 lines, at most 3: split it"])
    expect(check(shortFiles(3, {}), { "cli/a.unit.test.ts": lines(4) })).toEqual([])
  })

  test("an allowed file may not grow, and an allowance that is not needed must go", () => {
    const rule = shortFiles(3, { "cli/a.ts": 30 })
    expect(check(rule, { "cli/a.ts": lines(30) })).toEqual([])
    expect(check(rule, { "cli/a.ts": lines(31) })).toHaveLength(1)
    expect(check(rule, { "cli/a.ts": lines(19) })).toEqual([
      "tests/structure/lists.ts: lower the allowance of cli/a.ts to 19"
    ])
    expect(check(rule, { "cli/a.ts": lines(3) })).toHaveLength(1)
    expect(check(rule, {})).toHaveLength(1)
  })
})

describe("functions", () => {
  const body = (lines: number): string => "  f()\n".repeat(lines - 2)
  const long = (lines: number): string => `const a = () => {\n${body(lines)}}\n`
  const file = (path: string, text: string) => [{ path, text }]

  test.each([
    ["a function", "function a() {}", "a"],
    ["an arrow", "export const a = () => 1", "a"],
    ["a generator handed to another function", 'const a = Effect.fn("b")(function* () {})', "a"],
    ["a method", "class C { a() {} }", "a"],
    ["a private field", "class C { #a = () => 1 }", "#a"],
    ["a property", "const c = { a: () => 1 }", "a"],
    ["a function within a property of a function's result", "const c = () => ({ a: f(() => 1) })", "a"],
    ["a callback at the top", "f(() => 1)", ""]
  ])("%s goes by its name", (_what, text, name) => {
    expect(functionsOf("a.ts", text).at(-1)?.name).toBe(name)
  })

  test("one line past the limit is too long, in TypeScript and JavaScript, unless it is a test's", () => {
    expect(shortFunctions(5, {})(file("cli/a.ts", long(5)))).toEqual([])
    expect(shortFunctions(5, {})(file("cli/a.ts", long(6)))).toEqual(["cli/a.ts a: 6 lines, at most 5: split it"])
    expect(shortFunctions(5, {})(file("cli/a.js", long(6)))).toHaveLength(1)
    expect(shortFunctions(5, {})(file("cli/a.unit.test.ts", long(6)))).toEqual([])
  })

  test("an allowed function may not grow, and an allowance may not be larger than it", () => {
    const rule = shortFunctions(5, { "cli/a.ts a": 8 })
    expect(rule(file("cli/a.ts", long(8)))).toEqual([])
    expect(rule(file("cli/a.ts", long(9)))).toEqual(["cli/a.ts a: 9 lines, at most 8: split it"])
    expect(rule(file("cli/a.ts", long(7)))).toEqual([
      "tests/structure/lists.ts: lower the allowance of cli/a.ts a to 7"
    ])
    expect(rule(file("cli/a.ts", long(5)))).toEqual([
      "tests/structure/lists.ts: cli/a.ts a needs no allowance any more"
    ])
    expect(rule([])).toHaveLength(1)
  })

  test("a file that does not parse fails, and is not passed over", () => {
    expect(() => functionsOf("a.ts", "const = ")).toThrow("a.ts")
  })
})

describe("shelves", () => {
  test("a folder with one file too many is one, its page and its sub-folders aside", () => {
    const files = ["a/1.ts", "a/2.ts", "a/README.md", "a/b/3.ts"]
    expect(shortShelves(2)(files)).toEqual([])
    expect(shortShelves(2)([...files, "a/4.js"])).toEqual(["a: 3 files, at most 2: which of them belong together?"])
  })
})

describe("words", () => {
  const TEST = "cli/a.unit.test.ts"

  test.each(["test.only", "it.effect.only", "describe.skip", "it.todo", "test.concurrent.skip"])(
    "%s is found",
    (word) => {
      expect(check(everyTestRuns, { [TEST]: `${word}("a", f)` })).toHaveLength(1)
    }
  )

  test.each(["test", "test.each(a)", "describe.runIf(a)", "test.skipIf(a)", "list.skip", "it.effect"])(
    "%s is fine",
    (word) => {
      expect(check(everyTestRuns, { [TEST]: `${word}("a", f)` })).toEqual([])
    }
  )

  test.each(["describe.runIf(existsSync(FILE))", "it.skipIf(process.env.CI)", "it.effect.runIf(FILE !== null)"])(
    "%s is found: a test is left out for a missing program only",
    (word) => {
      expect(check(missingProgramsOnly, { [TEST]: `${word}("a", f)` })).toHaveLength(1)
    }
  )

  test.each(["a.runIf(natsServerFound())", "a.skipIf(!aFound() && bFound())", "a.skipIf(X === null)"])(
    "%s is a condition that fails in CI",
    (word) => {
      const code = `const X = requireBinary("chromium")\n${word}("a", f)`
      expect(check(missingProgramsOnly, { [TEST]: code })).toEqual([])
    }
  )

  test.each(["await new Promise((done) => setTimeout(done, 50))", 'import { setTimeout } from "node:timers/promises"'])(
    "a test that sleeps is found: %s",
    (code) => {
      expect(check(noSleeps, { [TEST]: code })).toHaveLength(1)
    }
  )

  test.each(["Effect.runFork(a)", "Effect.runForkWith(context)(a)", "Effect.forkDetach(a)", "Effect.runPromise(a)"])(
    "%s outside the command line is found",
    (code) => {
      expect(check(noStrayFibers, { "services/market-feed/a.ts": code })).toHaveLength(1)
      expect(check(noStrayFibers, { "cli/main.ts": code, "cli/a.e2e.test.ts": code })).toEqual([])
    }
  )

  test("a path of one machine is found, in documents too", () => {
    const path = ["", "home", "someone", "kennel"].join("/")
    expect(noMachinePaths([{ path: "docs/a.md", text: `first\nsee ${path}` }])).toHaveLength(1)
    expect(noMachinePaths([{ path: "docs/a.md", text: "https://example.com/homework" }])).toEqual([])
  })
})

describe("the vocabulary", () => {
  const unused = unusedRules(["paused"])

  test.each([
    ["nobody names", "services/governor/core/a.ts", 'reason("halted", {})'],
    ["only a test names", "services/governor/core/a.unit.test.ts", 'reason("paused", {})'],
    ["only the vocabulary itself names", "shared/core/rules/a.ts", 'const A = "paused"']
  ])("a rule that %s is a breach", (_name, path, text) => {
    expect(check(unused, { [path]: text })).toHaveLength(1)
  })

  test("a rule that is given is none", () => {
    expect(check(unused, { "services/governor/core/a.ts": 'reason("paused", {})' })).toEqual([])
  })
})

describe("docstrings", () => {
  const PATH = "shared/a.ts"

  test.each([
    ["an export without one", "export const a = 1"],
    ["an export below a plain comment", "// a\nexport const a = 1"],
    ["the second export, when the first has the file's only one", "/** A. */\nexport const a = 1\nexport const b = 2"],
    ["an export below a docstring that belongs to something else", "/** A. */\nconst a = 1\n\nexport class B {}"],
    ["a type beside a value of another name", "/** A. */\nexport const A = 1\nexport type B = typeof A"]
  ])("%s is found", (_name, text) => {
    expect(check(documentedExports, { [PATH]: `import "x"\n${text}` })).toHaveLength(1)
  })

  test("a header is the docstring of a file's only export, and of none where there are more", () => {
    const header = '/** The file. */\nimport "x"\n'
    expect(check(documentedExports, { [PATH]: `${header}export const a = 1` })).toEqual([])
    expect(check(documentedExports, { [PATH]: `${header}export const A = 1\nexport type A = typeof A` })).toEqual([])
    expect(check(documentedExports, { [PATH]: `${header}export const a = 1\n/** B. */\nexport class B {}` })).toEqual([
      "shared/a.ts:3: a has no docstring of its own"
    ])
    expect(check(documentedExports, { [PATH]: "/** B. */\nconst b = 1\n\nexport const a = b" })).toHaveLength(1)
    const apart = "/** The file. */\n\nexport const a = 1\n/** B. */\nexport class B {}"
    expect(check(documentedExports, { [PATH]: apart })).toHaveLength(1)
  })

  test("each export with its own is documented; a type and a value of one name share theirs", () => {
    expect(check(documentedExports, { [PATH]: 'import "x"\n/** A. */\nexport const a = 1' })).toEqual([])
    expect(check(documentedExports, { [PATH]: "/** A. */\nexport const A = 1\nexport type A = typeof A" })).toEqual([])
    expect(check(documentedExports, { [PATH]: "/** A. */\nexport type A = 1\n\nexport const A = 1" })).toEqual([])
    expect(check(documentedExports, { "shared/a.unit.test.ts": "export const a = 1" })).toEqual([])
  })
})

describe("documents", () => {
  test("a file that a document names and that is gone is found; other words in backticks are not files", () => {
    const text = "see `shared/gone.ts`, `shared/here.ts`,\n`npm test`, `order.slot-<n>` and `docs/`"
    const exists = (path: string): boolean => path !== "shared/gone.ts"
    expect(mentionsExist([{ path: "docs/a.md", text }], exists)).toEqual(["docs/a.md:1: there is no shared/gone.ts"])
    expect(mentionsExist([{ path: "shared/a.ts", text }], exists)).toEqual([])
  })

  test("a source file that the README of its folder leaves out is found, and a name for which there is no file", () => {
    const source = (path: string) => ({ path: `services/market-feed/${path}`, text: "" })
    const readme = (text: string) => ({ path: "services/market-feed/README.md", text })
    const files = [
      "service.ts",
      "core/conflate.ts",
      "core/rate.ts",
      "page/h.js",
      "core/rate.unit.test.ts",
      "testing/a.ts"
    ]
    const told = "`service.ts`, `core/{conflate,rate}.ts` and `page/h.js`; tested in `core/rate.unit.test.ts`"
    expect(readmesNameSources([readme(told), ...files.map(source)])).toEqual([])
    expect(readmesNameSources([readme("`service.ts`,\n`rate.ts`, `page/h.js`"), ...files.map(source)])).toEqual([
      "services/market-feed/README.md: does not name core/conflate.ts",
      "services/market-feed/README.md: does not name core/rate.ts",
      "services/market-feed/README.md:2: there is no rate.ts in its folder"
    ])
  })
})

describe("path patterns", () => {
  test.each([
    ["shared/*.ts", "shared/a.ts", true],
    ["shared/*.ts", "shared/b/a.ts", false],
    ["shared/**", "shared/b/a.ts", true],
    ["**/*.test.ts", "a.test.ts", true],
    ["**/*.test.ts", "b/c/a.test.ts", true],
    ["a/{b,c}/**", "a/c/d.ts", true],
    ["a/{b,c}.ts", "a/d.ts", false],
    ["a.ts", "abts", false],
    ["**/test[A-Z]*.ts", "shared/testServer.ts", true],
    ["**/test[A-Z]*.ts", "shared/tests.ts", false]
  ])("%s and %s: %s", (glob, path, expected) => {
    expect(globToRegExp(glob).test(path)).toBe(expected)
  })
})
