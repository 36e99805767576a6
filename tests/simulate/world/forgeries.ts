/**
 * Records that nobody of the market has written, or that are not any more what somebody wrote. Some do not decode; others are well
 * formed, and stand on a subject, or name a writer, that is not theirs: no fold may take them.
 */
import { Price, Quote, Volume } from "../../../shared/core/decimal/decimal.ts"
import type { MarketSubjects } from "../../../shared/core/ids/subjects.ts"
import { reason } from "../../../shared/core/rules/rules.ts"
import { encodeEntry } from "../../../shared/events/envelope.ts"
import type { MarketEvent } from "../../../shared/events/event.ts"
import type { JournalEntry } from "../../../shared/journal/port.ts"

/** A record as it is forced into the journal; `objection`: why the journal's own reader does not believe it. */
export type Forced = JournalEntry & { readonly objection?: string }

/** What a forger knows of the market. */
export interface Scene {
  readonly subjects: MarketSubjects
  readonly id: string
  readonly timeMs: number
  readonly price: Price
  /** The sequence that the record will have. */
  readonly seq: number
}

const raw = (subject: string, id: string, text: string): Forced => ({
  subject,
  id,
  data: new TextEncoder().encode(text)
})

const formed = ({ id, timeMs }: Scene, subject: string, writer: string, event: MarketEvent): Forced =>
  encodeEntry(subject, id, { epoch: 1, timeMs, writer, cause: null, events: [event] })

const priced = ({ price }: Scene, factor: number): MarketEvent => {
  const last = Price.fromNumber(Price.toNumber(price) * factor, 6)
  return { _tag: "PriceObserved", last, bid: last, ask: last }
}

const NO_EVENTS = '{"v":3,"epoch":1,"timeMs":1,"writer":"nobody","cause":null,"events":[]}'

const why = reason("operator", {})

/** What is forged, by its name. */
export const FORGERIES = {
  garbage: (scene) => raw(scene.subjects.account, scene.id, "{"),
  "a decision without events": (scene) => raw(scene.subjects.out("slot-1"), scene.id, NO_EVENTS),
  "a price without events": (scene) => raw(scene.subjects.price, scene.id, NO_EVENTS),
  "a price whose bytes were changed": (scene) => ({
    ...formed(scene, scene.subjects.price, "market-feed", priced(scene, 0.6)),
    objection: "its checksum is another's"
  }),
  "a price by the rebalancer": (scene) => formed(scene, scene.subjects.price, "rebalancer", priced(scene, 1.4)),
  "a record without an id": (scene) => ({
    ...formed(scene, scene.subjects.price, "market-feed", priced(scene, 0.7)),
    id: ""
  }),
  "a fill by the governor": (scene) =>
    formed(scene, scene.subjects.order(1), "governor", {
      _tag: "FillRecorded",
      localId: 1,
      clientId: `forged-${scene.seq}`,
      txid: `FORGED-${scene.seq}`,
      execId: `FORGED-${scene.seq}`,
      price: scene.price,
      volume: Volume.parse("5"),
      cost: Quote.parse("1"),
      fee: Quote.parse("0.0025"),
      liquidity: "maker"
    }),
  "a mode by the gateway": (scene) =>
    formed(scene, scene.subjects.out("governor"), "order-gateway", {
      _tag: "ModeChanged",
      mode: "RUNNING",
      reason: why
    }),
  "a command among prices": (scene) =>
    formed(scene, scene.subjects.price, "market-feed", {
      _tag: "CommandIssued",
      commandId: scene.id,
      author: "forger",
      command: { name: "pause", note: "" },
      preview: []
    }),
  "a skip by the governor": (scene) =>
    formed(scene, scene.subjects.control("governor"), "governor", {
      _tag: "RecordSkipped",
      actor: "*",
      seq: Math.max(1, scene.seq - 3),
      author: "forger",
      reason: "forged"
    }),
  "a start of the gateway by the feed": (scene) =>
    formed(scene, scene.subjects.control("market-feed"), "market-feed", {
      _tag: "EpochRaised",
      epoch: 1_000,
      service: "order-gateway",
      reason: "start",
      watchesOrders: true,
      fitsModels: false
    })
} as const satisfies Readonly<Record<string, (scene: Scene) => Forced>>

/** One of them. */
export type Forgery = keyof typeof FORGERIES
