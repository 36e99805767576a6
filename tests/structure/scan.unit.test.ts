import { describe, expect, test } from "vitest"
import { importsOf, lineOf, maskNonCode } from "./scan.ts"

const imports = (text: string) => importsOf(text, maskNonCode(text))

describe("what is code and what is not", () => {
  const BANNED = "Date.now"
  test.each([
    ["a line comment", "// Date.now()\n1"],
    ["a block comment", "/* Date.now() */ 1"],
    ["a docstring with a code sample", "/**\n * `Date.now()`\n */\nconst a = 1"],
    ["a string", 'const a = "Date.now()"'],
    ["a string with an escaped quote", String.raw`const a = "\" Date.now()"`],
    ["a single-quoted string", "const a = 'Date.now()'"],
    ["a template", "const a = `Date.now()`"],
    ["a template after an expression", "const a = `${b} Date.now()`"],
    ["a regular expression", "const a = /Date.now/g"],
    ["a regular expression with a slash in a class", "const a = /[/]Date.now/.test(b)"],
    ["a regular expression after return", "return /'Date.now/"]
  ])("%s is not", (_name, text) => {
    expect(maskNonCode(text)).not.toContain(BANNED)
    expect(maskNonCode(text)).toHaveLength(text.length)
  })

  test.each([
    ["after a line comment", "// it's\nDate.now()"],
    ["after a division", "const a = b / c; Date.now() / 2"],
    ["after a division by a property named like a keyword", "a.return / 2 + Date.now() / 3"],
    ["after a division of a call", "f(a) / 2 + Date.now() / 3"],
    ["inside a template's expression", "const a = `x ${Date.now()} y`"],
    ["inside a nested template's expression", "const a = `x ${`y ${Date.now()}`} z`"],
    ["inside an object in a template's expression", "const a = `x ${f({ b: Date.now() })} z`"],
    ["after a regular expression that holds a quote", "const a = /'/; Date.now()"],
    ["after a regular expression that holds a backtick", "const a = /`/; Date.now()"],
    ["after a string that ends in a backslash", String.raw`const a = "\\"; Date.now()`]
  ])("code %s is", (_name, text) => {
    expect(maskNonCode(text)).toContain(BANNED)
  })

  test("offsets and lines stay those of the original", () => {
    const text = 'const a = "\u{1F600}" /* two\nlines */\nDate.now()'
    expect(lineOf(text, maskNonCode(text).indexOf(BANNED))).toBe(3)
  })
})

describe("imports", () => {
  test.each([
    ['import { a } from "x"', "x", false],
    ['import{a}from"x"', "x", false],
    ["import a from 'x'", "x", false],
    ['import a, { b } from "x"', "x", false],
    ['import * as a from "x"', "x", false],
    ['import "x"', "x", false],
    ['import {\n  a, // from "y"\n  b\n} from "x"', "x", false],
    ['import { type a } from "x"', "x", false],
    ['import type { a } from "x"', "x", true],
    ['import type a from "x"', "x", true],
    ['import type * as a from "x"', "x", true],
    ['import type from "x"', "x", false],
    ['export { a } from "x"', "x", false],
    ['export { a as default } from "x"', "x", false],
    ['export * from "x"', "x", false],
    ['export * as a from "x"', "x", false],
    ['export type { a } from "x"', "x", true],
    ['const a = await import("x")', "x", false],
    ["const a = await import(`x`)", "x", false],
    ["type A = typeof import('x')", "x", true],
    ["const a = import(b)", null, false],
    ["const a = import(`./${b}.ts`)", null, false]
  ])("%j", (text, specifier, typeOnly) => {
    expect(imports(text)).toEqual([{ specifier, typeOnly, line: 1 }])
  })

  test.each([
    ['// import { a } from "x"'],
    ['/* import "x" */'],
    ["const a = 'import { b } from \"x\"'"],
    ["const a = `import { b } from 'x'`"],
    ["const a = import.meta.dirname"],
    ["loader.import('x')"],
    ["const important = from('x')"],
    ["export const a = { b }\nconst from = 'x'"]
  ])("none in %j", (text) => {
    expect(imports(text)).toEqual([])
  })

  test("several, each on its line", () => {
    const text = 'import "a"\nimport type { B } from "b"\n\nexport * from "c"\n'
    expect(imports(text).map(({ specifier, line }) => [specifier, line])).toEqual([
      ["a", 1],
      ["b", 2],
      ["c", 4]
    ])
  })
})
