/** What is asked about: an order, a slot at a place, the mode at a place. */
import { Effect, Schema } from "effect"
import { originOf } from "../../shared/core/ids/clientId.ts"
import { existing, placeOf } from "../../shared/archive/seqAt.ts"
import type { OrderKey } from "../../shared/past/core/notes.ts"
import type { Past } from "../../shared/past/past.ts"

/** Nothing that is asked about is found. */
export class NothingToExplain extends Schema.TaggedError<NothingToExplain>()("NothingToExplain", {
  asked: Schema.String,
  problem: Schema.String
}) {
  override get message(): string {
    return `${this.asked}: ${this.problem}`
  }
}

const FORMS =
  "ask for an order by the exchange's id, by ours (k…) or as slot/number (1/42), or for 1@<place> or mode@<place>, a place being a sequence, a time in UTC or now"

/** What a text asks about. `askedMs`: the time asked for, which may be later than that of the last record by then; 0: none. */
export type Target =
  | { readonly _tag: "Order"; readonly order: OrderKey }
  | { readonly _tag: "Slot"; readonly slot: number; readonly seq: number; readonly askedMs: number }
  | { readonly _tag: "Mode"; readonly seq: number; readonly askedMs: number }

/** Finds it in the past. */
export const targetOf = Effect.fn("targetOf")(function* (past: Past, asked: string) {
  const [, what = "", place = ""] = /^([^@]*)@(.*)$/.exec(asked) ?? []
  if (place !== "") {
    const at = place === "now" ? { seq: past.head } : yield* placeOf(place)
    const unknown = ({ message }: Error) => Effect.fail(new NothingToExplain({ asked, problem: message }))
    const seq = place === "now" ? past.head : yield* existing(at).pipe(Effect.catchTag("NoSuchRecord", unknown))
    const askedMs = "timeMs" in at ? at.timeMs : 0
    if (what === "mode") return { _tag: "Mode", seq, askedMs } satisfies Target
    const slot = Number(/^(?:slot-?)?(\d+)$/.exec(what)?.[1] ?? Number.NaN)
    if (Number.isNaN(slot)) return yield* new NothingToExplain({ asked, problem: FORMS })
    if (!past.slots.includes(slot)) {
      return yield* new NothingToExplain({ asked, problem: `the journal names the slots ${past.slots.join(", ")}` })
    }
    return { _tag: "Slot", slot, seq, askedMs } satisfies Target
  }
  const [, slot, localId] = /^(?:slot-?)?(\d+)\/(\d+)$/.exec(asked) ?? []
  if (slot !== undefined)
    return { _tag: "Order", order: { slot: Number(slot), localId: Number(localId) } } satisfies Target
  const order = past.file.orderOf(asked)
  if (order !== null) return { _tag: "Order", order } satisfies Target
  const origin = originOf(asked)
  const problem =
    origin === null
      ? `no order of this journal has such an id; ${FORMS}`
      : `an id of ours, of slot ${origin.slot} and record ${origin.seq}, that this journal does not hold`
  return yield* new NothingToExplain({ asked, problem })
})
