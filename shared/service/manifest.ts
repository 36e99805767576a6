/**
 * What a service says of itself. The command line, the composition root, the container files and the documents read nothing else:
 * a service is its folder, with a `manifest.ts` in it, and one line of `app/registry.ts`.
 */
import type { Effect } from "effect"
import { type Actor, ofAnyKind } from "../actor/core/actor.ts"
import type { SharedSettings } from "../config/shared.ts"
import type { Table, ValuesOf } from "../config/table.ts"
import type { SlotNumber } from "../core/ids/kinds.ts"
import type { MarketSubjects } from "../core/ids/subjects.ts"
import type { Journal } from "../journal/port.ts"

/** What a service stands on: the journal, the exchange's adapters, the store, the views of the whole market. */
export type Need = "journal" | "exchange" | "store" | "views"

/** What a service shows of itself in `/api/status`, by the name it has there. */
export type Blocks = Readonly<Record<string, unknown>>

/** A state that follows the journal, and what is shown of it. */
export interface Shown<View extends Blocks = Blocks> {
  readonly actor: Actor<unknown>
  /** `state` is that actor's. */
  readonly view: (state: unknown) => View
}

/** The only way to make a `Shown`: actor and view fit each other here, and nobody else has to know the state. */
export const shows = <State, View extends Blocks>(actor: Actor<State>, view: (state: State) => View): Shown<View> => ({
  actor: ofAnyKind(actor),
  view: (state) => view(state as State)
})

/** Why a service ended: one clear line for people. */
export interface ServiceError extends Error {
  readonly _tag: string
}

/** A slot for whoever copies the market: the phase it is in, and all there is to keep of it. */
export interface SavedSlot {
  readonly phase: Shown<{ readonly phase: string }>
  readonly slot: Shown<{ readonly slot: unknown }>
}

/** What the market as a whole is saved as, for those who read it from outside (`docs/operations.md`, row `__v1__`). */
export interface SavedMarket {
  readonly slot: (slot: SlotNumber) => SavedSlot
  /** Everything beside the slots, by the names it has in the row. */
  readonly parts: ReadonlyArray<Shown>
  /** What services tell of themselves, by the names it has in the report. */
  readonly told: Effect.Effect<Blocks>
}

/** What a service is given beside its settings and what it needs. */
export interface ServiceContext {
  readonly subjects: MarketSubjects
  /** The epoch of this process, raised before anything else is appended: asked for by services that write facts or decisions. */
  readonly epoch: Effect.Effect<number, ServiceError, Journal>
  /** Whether it has the process for itself. */
  readonly alone: boolean
  /** Every actor that folds this market, whoever runs it, for the slots given. */
  readonly actorsOf: (slots: ReadonlyArray<number>) => ReadonlyArray<Actor<unknown>>
  /** The market for whoever copies it. */
  readonly saved: SavedMarket
  /** Shows what no fold of the journal gives: these blocks replace those of the same names. */
  readonly tell: (blocks: Blocks) => Effect.Effect<void>
  /** Told where the service answers, once it does. */
  readonly listening: (url: string) => Effect.Effect<void>
}

/** How a service that listens runs in a container. */
export interface Served {
  readonly port: number
  readonly environment: Readonly<Record<string, string>>
  /** The variable of `.env` that says under which port of this machine, and of no other, it is published; without it nowhere. */
  readonly publishedAs?: string
}

/** `Own` are the rows of the service's own settings; `Requires` is what its `needs` stand for. */
export interface Manifest<Own extends Table, Needs extends Need, Requires> {
  /** As in `kennel service <name>`; also its NATS user. */
  readonly name: string
  /** What it does, in one line. */
  readonly summary: string
  readonly settings: Own
  /** What must hold between its settings and the shared ones; a line for each that does not. */
  readonly relations?: (settings: SharedSettings & ValuesOf<Own>) => ReadonlyArray<string>
  readonly needs: ReadonlyArray<Needs>
  /** Works without one, and is told there what services in other processes show. */
  readonly readsNotes?: true
  /** Whose journal it stands on: the market's, or one of its own that the market cannot reach. */
  readonly journal?: "market" | "exchange"
  /** Subjects it writes, below the root of its journal; who stands on the market's writes `control.<name>`, too. */
  readonly writes: ReadonlyArray<string>
  /** It sends orders: a start of it takes the last comparison with the exchange away, and needs a doctor without findings. */
  readonly watchesOrders?: true
  /** A start of it fits the regime models anew. */
  readonly fitsModels?: true
  /** A start of it counts the trades behind the key levels anew. */
  readonly countsTrades?: true
  /** Its actors that decide, in a market with these slots: what `kennel journal verify` proves and a preview runs. */
  readonly actors?: (slots: ReadonlyArray<number>) => ReadonlyArray<Actor<unknown>>
  /** Its actors that decide nothing and are not shown: what it knows of the journal. */
  readonly follows?: ReadonlyArray<Actor<unknown>>
  /** What it shows of a fold of the journal. */
  readonly show?: (settings: SharedSettings & ValuesOf<Own>) => Shown
  /** What is saved of a fold of the journal, beside the slots. */
  readonly saves?: () => Shown
  /** What is saved of a slot. */
  readonly savesSlot?: (slot: SlotNumber) => SavedSlot
  /** It shows what it `tell`s; this is shown when it is not heard: its last blocks (null: none ever) and the trouble. */
  readonly whenSilent?: (last: Blocks | null, trouble: string) => Blocks
  readonly served?: Served
  /** It keeps files in DATA_DIR also where journal and store are servers'. */
  readonly keepsFiles?: true
  /** It acts on what others write in the journal, or seals it: in a container it has their keys too, and checks their marks. */
  readonly checksMarks?: true
  /** Runs until interrupted, or until it cannot go on. */
  readonly run: (
    settings: SharedSettings & ValuesOf<Own>,
    context: ServiceContext
  ) => Effect.Effect<never, ServiceError, Requires>
}

/** A manifest as it stands: only its types are looked at. */
export const defineService = <Own extends Table, const Needs extends Need, Requires>(
  manifest: Manifest<Own, Needs, Requires>
): Manifest<Own, Needs, Requires> => manifest
