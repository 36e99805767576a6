/**
 * How long each fold of a set stays quiet: prices and clock facts that change nothing but what is known of price and time are kept from
 * it, and a whole set of quiet folds is passed over with one look.
 */
import { ALWAYS_QUIET, NOT_QUIET, type Passed, type Quiet } from "../core/quiet.ts"
import type { ActorFold } from "../fold.ts"
import type { Places } from "./hearers.ts"

/** What passes: a time, and prices from the least to the greatest. */
interface Span {
  readonly nowMs: number
  readonly low: number
  readonly high: number
}

/** A clock fact is at no price. */
const spanOf = (facts: ReadonlyArray<Passed>): Span => {
  let [nowMs, low, high] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const { seq, nowMs: atMs, price } of facts) {
    nowMs = Math.max(nowMs, atMs)
    if (price === null || price.seq !== seq) continue
    low = Math.min(low, price.last)
    high = Math.max(high, price.last)
  }
  return { nowMs, low, high }
}

const covers = ({ untilMs, low, high }: Quiet, span: Span): boolean =>
  span.nowMs < untilMs && low <= span.low && span.high <= high

const coversOne = ({ untilMs, low, high }: Quiet, { seq, nowMs, price }: Passed): boolean =>
  nowMs < untilMs && (price === null || price.seq !== seq || (low <= price.last && price.last <= high))

const NOBODY: Places = []

/** The folds of a set that have quiet times. */
export class QuietFolds {
  /** Their places in the set. */
  readonly places: Places
  private readonly folds: ReadonlyArray<ActorFold<unknown>>
  /** How long each is known to stay quiet, by its place; not at all while it is not known, or no quiet time is its. */
  private readonly known: Array<Quiet>
  /** It has folded something since that was found. */
  private readonly moved: Uint8Array
  /** What all of them cover. */
  private narrowest: Quiet = NOT_QUIET
  private readonly restless = new WeakMap<Places, Places>()

  constructor(folds: ReadonlyArray<ActorFold<unknown>>) {
    this.folds = folds
    this.places = [...folds.keys()].filter((place) => folds[place]?.actor.quiet !== undefined)
    this.known = folds.map(() => NOT_QUIET)
    // Each takes a first fact whatever it says: a fold that cannot go on says so.
    this.moved = new Uint8Array(folds.length)
  }

  has(place: number): boolean {
    return this.folds[place]?.actor.quiet !== undefined
  }

  /** The fold has taken something. */
  move(place: number): void {
    this.moved[place] = 1
    this.known[place] = NOT_QUIET
    this.narrowest = NOT_QUIET
  }

  /** Those that do not, or not for sure, stay quiet at all of these facts. */
  awake(facts: ReadonlyArray<Passed>): Places {
    if (facts.length === 0 || this.places.length === 0) return NOBODY
    const span = spanOf(facts)
    if (covers(this.narrowest, span)) return NOBODY
    const awake: Array<number> = []
    let { untilMs, low, high } = ALWAYS_QUIET
    for (const place of this.places) {
      const quiet = this.known[place] ?? NOT_QUIET
      if (!covers(quiet, span)) awake.push(place)
      untilMs = Math.min(untilMs, quiet.untilMs)
      low = Math.max(low, quiet.low)
      high = Math.min(high, quiet.high)
    }
    this.narrowest = { untilMs, low, high }
    return awake
  }

  /** Whether the fold need not take that fact, having taken all before it that it must. */
  staysQuiet(place: number, fact: Passed): boolean {
    if (this.moved[place] === 1) {
      this.moved[place] = 0
      const fold = this.folds[place]
      this.known[place] = fold?.actor.quiet?.of(fold.state) ?? NOT_QUIET
    }
    return coversOne(this.known[place] ?? NOT_QUIET, fact)
  }

  /** Those among these that have no quiet times. */
  without(places: Places): Places {
    const known = this.restless.get(places)
    if (known !== undefined) return known
    const restless = places.filter((place) => !this.has(place))
    this.restless.set(places, restless)
    return restless
  }
}
