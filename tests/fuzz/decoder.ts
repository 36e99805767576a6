/** What a fuzzer is: cases, and a judge of what a decoder makes of each. */
import fc from "fast-check"

/** One decoder under attack. */
export interface Decoder {
  /** Cases of a short run: a second's work or some. */
  readonly short: number
  /** One case to judge: true where the decoder took it for good, false where it refused it as it should; throws otherwise. */
  readonly property: (met: (taken: boolean) => void) => fc.IRawProperty<unknown>
}

/** A decoder whose cases come from `cases`. */
export const decoder = <Case>(cases: fc.Arbitrary<Case>, judge: (given: Case) => boolean, short = 3_000): Decoder => ({
  short,
  property: (met) => fc.property(cases, (given) => met(timed(() => judge(given))))
})

/** A case is some hundred bytes: whatever takes longer than this has met a loop, or a pattern that explodes. */
const HANGS_AFTER_MS = 2_000

/** The same for one that answers later. */
export const slowDecoder = <Case>(
  cases: fc.Arbitrary<Case>,
  judge: (given: Case) => Promise<boolean>,
  short = 1_000
): Decoder => ({
  short,
  property: (met) =>
    fc.asyncProperty(cases, async (given) => {
      const began = performance.now()
      const taken = await judge(given)
      const tookMs = performance.now() - began
      if (tookMs > HANGS_AFTER_MS) throw new Error(`took ${Math.round(tookMs)} ms`)
      met(taken)
    })
})

const timed = <A>(run: () => A): A => {
  const began = performance.now()
  const result = run()
  const tookMs = performance.now() - began
  if (tookMs > HANGS_AFTER_MS) throw new Error(`took ${Math.round(tookMs)} ms`)
  return result
}

/** Values that stand where another was: of every kind that JSON has, and the figures that programs stumble over. */
export const odd = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    "",
    "NaN",
    "Infinity",
    "-1",
    "1e309",
    "0x10",
    -0,
    -1,
    0,
    2 ** 53,
    1e308,
    1e-320,
    4_102_444_800_000,
    "9".repeat(400),
    [],
    {},
    "__proto__",
    "\u0000\uD800"
  ),
  fc.jsonValue({ maxDepth: 2 })
)

type Damage =
  | { readonly kind: "value" | "key"; readonly at: number; readonly to: unknown }
  | { readonly kind: "cut" | "double"; readonly at: number; readonly length: number }
  | { readonly kind: "put"; readonly at: number; readonly text: string }

const PIECES = [
  "\u0000",
  "\n",
  '"',
  ",",
  "{",
  "}",
  "[",
  "]",
  "-",
  "e9",
  "9999999999",
  "\uFEFF",
  "__proto__",
  "\uD800",
  " "
]

const damage: fc.Arbitrary<Damage> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("value" as const), at: fc.nat(), to: odd }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("key" as const),
      at: fc.nat(),
      to: fc.constantFrom("__proto__", "constructor", "x")
    })
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom("cut" as const, "double" as const), at: fc.nat(), length: fc.nat(40) })
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("put" as const), at: fc.nat(), text: fc.constantFrom(...PIECES) })
  }
)

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** The text with its `at`th value, or the name of its `at`th field, replaced; text that is no JSON stays as it is. */
const replaced = (text: string, at: number, to: unknown, what: "value" | "key"): string => {
  const value = parsed(text)
  if (value === undefined) return text
  let places = 0
  JSON.stringify(value, (_key, one: unknown) => (places++, one))
  const wanted = at % places
  let place = 0
  return JSON.stringify(value, (_key, one: unknown) => {
    if (place++ !== wanted) return one
    if (what === "value") return to
    if (typeof one !== "object" || one === null || Array.isArray(one)) return one
    const [first, ...others] = Object.entries(one)
    // Own, as JSON gives it, whatever it is called.
    return first === undefined ? one : Object.fromEntries([[String(to), first[1]], ...others])
  })
}

const damagedBy = (text: string, how: Damage): string => {
  const at = text.length === 0 ? 0 : how.at % text.length
  switch (how.kind) {
    case "value":
    case "key":
      return replaced(text, how.at, how.to, how.kind)
    case "cut":
      return text.slice(0, at) + text.slice(at + how.length)
    case "double":
      return text.slice(0, at + how.length) + text.slice(at)
    case "put":
      return text.slice(0, at) + how.text + text.slice(at)
  }
}

/** One of these texts, damaged up to three times. */
export const damagedText = (seeds: ReadonlyArray<string>): fc.Arbitrary<string> =>
  fc
    .tuple(fc.constantFrom(...seeds), fc.array(damage, { maxLength: 3 }))
    .map(([text, all]) => all.reduce((given, how) => damagedBy(given, how), text))

/** One of these byte sequences with some bytes changed, or cut. */
export const damagedBytes = (seeds: ReadonlyArray<Uint8Array>): fc.Arbitrary<Uint8Array> =>
  fc
    .tuple(
      fc.constantFrom(...seeds),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
      fc.option(fc.nat(), { freq: 4 })
    )
    .map(([bytes, changes, end]) => {
      const changed = Uint8Array.from(bytes)
      for (const [at, to] of changes) changed[at % changed.length] = to
      return end === null ? changed : changed.slice(0, end % bytes.length)
    })

/** Nothing on a market is larger: 1e15 in units of 1e-10. */
const MOST = 10n ** 25n

/** Throws where a value holds a figure that no market, clock or counter has. */
export const possible = (value: unknown, path = ""): void => {
  if (typeof value === "number" && !(Number.isFinite(value) && Math.abs(value) <= Number.MAX_SAFE_INTEGER)) {
    throw new Error(`${path} is ${value}`)
  }
  if (typeof value === "bigint" && (value > MOST || value < -MOST)) throw new Error(`${path} is ${value}`)
  if (typeof value === "bigint" && /price|bid|ask|last$/i.test(path) && value <= 0n)
    throw new Error(`${path} is ${value}`)
  if (typeof value === "object" && value !== null) {
    if (Object.getPrototypeOf({}) !== Object.prototype || "polluted" in {}) throw new Error("the prototype has changed")
    for (const [key, one] of Object.entries(value)) possible(one, `${path}.${key}`)
  }
}

/** True where `read` took it, false where it refused in its own words; anything else it throws is a fault. */
export const taken = (refusals: ReadonlyArray<new (...given: never) => Error>, read: () => void): boolean => {
  try {
    read()
    return true
  } catch (error) {
    if (refusals.some((refusal) => error instanceof refusal)) return false
    throw error
  }
}
