/** The switch that instrumented files ask which mutant to be, and the meter that counts what they do. */
import { SWITCH } from "./instrument.ts"

/** Thrown by a step beyond the allowed number. */
export class TooManySteps extends Error {
  constructor() {
    super("more steps than the unchanged code takes")
    this.name = "TooManySteps"
  }
}

/** No mutant: the code as it is. */
export const NONE = -1

/** One per process. */
export class MutantSwitch {
  #active = NONE
  #steps = 0
  #limit = Infinity
  #exceeded = false
  #reached = new Set<number>()

  /** Asked at the place of a mutant: whether to be it. */
  on(id: number): boolean {
    if (this.#active === NONE) this.#reached.add(id)
    return id === this.#active
  }

  /** Told by each turn of a loop and each call of a function. */
  step(): void {
    if (++this.#steps <= this.#limit) return
    this.#exceeded = true
    throw new TooManySteps()
  }

  /** From now on the code is this mutant, for at most `limit` steps. */
  be(id: number, limit = Infinity): void {
    this.#active = id
    this.#steps = 0
    this.#limit = limit
    this.#exceeded = false
    this.#reached = new Set()
  }

  /** Steps since the last `be`. */
  get steps(): number {
    return this.#steps
  }

  /** Whether the limit was passed since the last `be`. */
  get exceeded(): boolean {
    return this.#exceeded
  }

  /** Mutants asked for since `be(NONE)`. */
  get reached(): ReadonlyArray<number> {
    return [...this.#reached]
  }
}

/** Puts the switch into the global scope of this process; instrumented files must be loaded afterwards. */
export const installSwitch = (): MutantSwitch => {
  const mutants = new MutantSwitch()
  Reflect.set(globalThis, SWITCH, mutants)
  return mutants
}
