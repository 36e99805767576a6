/**
 * The deciders of a lane: their reducers are the market's own. A price or clock fact is taken to those only that are not quiet; the
 * others are told the last of what has passed before the next thing that they hear.
 */
import type { Actor, EventPlace } from "../../../shared/actor/core/actor.ts"
import { type Deferrable, NOTHING_DEFERRED, type Quiet } from "../../../shared/actor/core/quiet.ts"
import type { MarketSubjects } from "../../../shared/core/ids/subjects.ts"
import type { MarketEvent } from "../../../shared/events/event.ts"
import { governorActor } from "../../../services/governor/core/actor.ts"
import {
  followsVolatility,
  governorQuiet,
  keepsTarget,
  loopsQuietly,
  passedQuietly,
  standsByOldPrice
} from "../../../services/governor/core/later/quiet.ts"
import { MoveWindow } from "../../../services/governor/core/slots/moveWindow.ts"
import type { GovernorState } from "../../../services/governor/core/state.ts"
import type { RebalancerActorState } from "../../../services/rebalancer/core/actor.ts"
import { rebalancerActor } from "../../../services/rebalancer/core/actor.ts"
import {
  passedQuietly as rebalancerPassed,
  REBALANCER_DEFERS,
  rebalancerQuiet
} from "../../../services/rebalancer/core/quiet.ts"
import { slotActor } from "../../../services/slot-actor/core/actor.ts"
import { passedQuietly as slotPassed, SLOT_DEFERS, slotQuiet } from "../../../services/slot-actor/core/quiet.ts"
import type { SlotState } from "../../../services/slot-actor/core/state.ts"
import { hearing, type Listener } from "./bus.ts"
import type { Deferred } from "./deferred.ts"
import type { Heard, Passed } from "./passed.ts"

/** What the actors of a lane share. */
export interface LaneMarket {
  readonly subjects: MarketSubjects
  readonly passed: Passed
  readonly deferred: Deferred
}

/** One actor of the lane. */
abstract class LaneActor<State> implements Listener {
  readonly actor: Actor<State>
  readonly outputSubject: string
  readonly hears: Listener["hears"]
  readonly defers: Deferrable
  state: State
  /** Something else than price and time has changed since `quiet` was found. */
  stirred = true
  protected readonly passed: Passed
  private readonly deferred: Deferred
  /** Of what has passed, and of what was put off, the last that the state holds. */
  private seenVersion = 0
  private takenVersion = 0
  private found: Quiet | null = null

  constructor(actor: Actor<State>, defers: Deferrable, { subjects, passed, deferred }: LaneMarket) {
    this.actor = actor
    this.defers = defers
    this.outputSubject = subjects.out(actor.name)
    this.hears = hearing(actor)
    this.state = actor.initial
    this.passed = passed
    this.deferred = deferred
  }

  /** How long it stays quiet from here on. */
  get quiet(): Quiet {
    if (this.found === null || this.stirred) {
      this.catchUp()
      this.found = this.findQuiet()
      this.stirred = false
    }
    return this.found
  }

  take(event: MarketEvent, place: EventPlace): ReadonlyArray<MarketEvent> {
    this.catchUp()
    if (this.takenVersion !== this.deferred.version) this.takeDeferred()
    if (!this.defers.has(event._tag)) this.stir()
    return this.reduce(event, place)
  }

  private takeDeferred(): void {
    this.deferred.tellSince(this.takenVersion, (event, place) => {
      if (this.defers.has(event._tag)) this.reduce(event, place)
    })
    this.takenVersion = this.deferred.version
  }

  private stir(): void {
    this.stirred = true
    this.passed.stirs++
  }

  /** A price or clock fact that it is not quiet at. It becomes the last that has passed right after it. */
  hear(event: Heard, place: EventPlace): ReadonlyArray<MarketEvent> {
    const outputs = this.take(event, place)
    this.seenVersion = this.passed.version + 1
    return outputs
  }

  /** The state with what has passed. Nothing passes anybody before the first price. */
  catchUp(): void {
    const { version, priceAtMs } = this.passed
    if (this.seenVersion === version) return
    this.seenVersion = version
    if (priceAtMs !== null) this.state = this.afterPassed(priceAtMs)
  }

  protected reduce(event: MarketEvent, place: EventPlace): ReadonlyArray<MarketEvent> {
    const { state, outputs } = this.actor.reduce(this.state, event, place)
    this.state = state
    return outputs
  }

  protected abstract findQuiet(): Quiet

  /** The state as folding what has passed would have left it, the last price of which came at that time. */
  protected abstract afterPassed(priceAtMs: number): State
}

/** A slot. */
export class LaneSlot extends LaneActor<SlotState> {
  constructor(slot: number, market: LaneMarket) {
    super(slotActor(slot), SLOT_DEFERS, market)
  }

  protected findQuiet(): Quiet {
    return slotQuiet(this.state)
  }

  protected afterPassed(priceAtMs: number): SlotState {
    const { priceNumber, tick } = this.passed
    return slotPassed(this.state, { priceNumber, priceAtMs, tick })
  }
}

/** The rebalancer. */
export class LaneRebalancer extends LaneActor<RebalancerActorState> {
  constructor(market: LaneMarket) {
    super(rebalancerActor, REBALANCER_DEFERS, market)
  }

  protected findQuiet(): Quiet {
    return rebalancerQuiet(this.state)
  }

  protected afterPassed(priceAtMs: number): RebalancerActorState {
    const { priceNumber, tick } = this.passed
    return rebalancerPassed(this.state, { priceNumber, priceAtMs, tick })
  }
}

/** The governor, whose loops begin in quiet times too: each leaves a sample. */
export class LaneGovernor extends LaneActor<GovernorState> {
  private window = new MoveWindow([])
  /** Number of the loop that runs. */
  private loop = Number.NEGATIVE_INFINITY
  /** Quiet loops that the state does not hold yet. */
  private unsaid = 0
  /** The window holds the sample of the loop that begins next: its target is another, and the rule itself is to say so. */
  private sampledAhead: 0 | 1 = 0
  private quietLoops = false
  /** The market stands still because its price is old. */
  stale = false
  private loopMs = 1

  constructor(market: LaneMarket) {
    super(governorActor, NOTHING_DEFERRED, market)
  }

  /** Whether a loop begins at that time. */
  beginsLoop(timeMs: number): boolean {
    return this.loopOf(timeMs) > this.loop
  }

  /** The first moment of the next loop. */
  get nextLoopMs(): number {
    return (this.loop + 1) * this.loopMs
  }

  private loopOf(timeMs: number): number {
    return Math.floor(timeMs / this.loopMs)
  }

  /** A loop begins at that time, with that price. True: nobody is told anything by it. */
  passLoop(timeMs: number, price: number): boolean {
    if (!this.quietLoops || this.sampledAhead === 1) return false
    this.window.push(price)
    if (!keepsTarget(this.state, followsVolatility(this.state) ? this.window.medianPct : null)) {
      this.sampledAhead = 1
      return false
    }
    this.loop = this.loopOf(timeMs)
    this.unsaid++
    return true
  }

  protected override reduce(event: MarketEvent, place: EventPlace): ReadonlyArray<MarketEvent> {
    const before = this.state
    const outputs = super.reduce(event, place)
    const { scheduler, targets, rules } = this.state
    if (targets.samples !== before.targets.samples) {
      if (this.sampledAhead === 0) this.window.push(targets.samples.at(-1) ?? 0)
      this.sampledAhead = 0
    }
    this.loop = scheduler.loop
    if (rules !== before.rules) this.loopMs = (rules?.loopSec ?? 1) * 1_000
    return outputs
  }

  protected afterPassed(priceAtMs: number): GovernorState {
    const { price, priceNumber, priceSeq, tick } = this.passed
    const samples = this.unsaid === 0 ? null : this.window.list(this.sampledAhead)
    this.unsaid = 0
    return passedQuietly(this.state, { price, priceNumber, priceSeq, priceAtMs, tick, loop: this.loop, samples })
  }

  protected findQuiet(): Quiet {
    this.quietLoops = loopsQuietly(this.state)
    this.stale = standsByOldPrice(this.state)
    return governorQuiet(this.state)
  }
}
