/** `/api/journal`, `/api/events`, `/api/chain/:seq` and `/api/why/:place`. */
import { Schema } from "effect"
import { Sequence, Standing, UnixSeconds } from "./common.ts"

/** A record as every route and stream shows it. */
export const JournalLine = Schema.Struct({
  seq: Sequence,
  at: Schema.NullOr(UnixSeconds),
  stored_at: Schema.Finite.annotate({ description: "Unix seconds of the machine that stored it" }),
  subject: Schema.String,
  family: Schema.String,
  slot: Schema.NullOr(Schema.Int),
  id: Schema.String,
  writer: Schema.String,
  epoch: Schema.Int,
  cause: Schema.NullOr(Sequence),
  events: Schema.Array(
    Schema.StructWithRest(Schema.Struct({ _tag: Schema.String }), [Schema.Record(Schema.String, Schema.Unknown)])
  ).annotate({
    description: "as the journal holds them: _tag and fields, amounts as decimal text"
  }),
  texts: Schema.Array(Schema.String)
}).annotate({ identifier: "JournalLine" })

/** `/api/journal`. */
export const JournalPage = Schema.Struct({
  ...Standing,
  order: Schema.NullOr(Schema.String),
  records: Schema.Array(JournalLine),
  next: Schema.NullOr(Sequence)
}).annotate({ identifier: "JournalPage" })

/** `/api/chain/:seq`. */
export const Chain = Schema.Struct({
  ...Standing,
  record: JournalLine,
  causes: Schema.Array(JournalLine),
  effects: Schema.Array(JournalLine),
  looked_to: Sequence,
  complete: Schema.Boolean
}).annotate({ identifier: "Chain" })

const Change = Schema.NullOr(Schema.Struct({ seq: Sequence, timeMs: Schema.Finite }))
const InForce = Schema.Struct({
  rulesVersion: Schema.Int,
  rulesSeq: Sequence,
  settings: Schema.Array(Schema.Struct({ name: Schema.String, value: Schema.String, seq: Sequence }))
})

const OrderStory = Schema.Struct({
  kind: Schema.Literal("order"),
  slot: Schema.Int,
  localId: Schema.Int,
  steps: Schema.Array(
    Schema.Struct({
      part: Schema.String,
      seq: Sequence,
      timeMs: Schema.Finite,
      tag: Schema.String,
      text: Schema.String
    })
  ),
  inForce: Schema.NullOr(InForce)
})

const MomentStory = Schema.Struct({
  kind: Schema.Literals(["slot", "mode"]),
  slot: Schema.NullOr(Schema.Int),
  seq: Sequence,
  nowMs: Schema.Finite,
  standing: Schema.Array(Schema.String),
  obstacles: Schema.Array(
    Schema.Struct({
      what: Schema.String,
      reason: Schema.Struct({ rule: Schema.String, numbers: Schema.Record(Schema.String, Schema.Unknown) }),
      sentence: Schema.String,
      sinceSeq: Schema.NullOr(Sequence),
      sinceMs: Schema.NullOr(Schema.Finite),
      end: Schema.String
    })
  ),
  lastChange: Change,
  nextChange: Change,
  inForce: InForce
})

/** `/api/why/:place`: the story is what `kennel why --json` prints. */
export const Why = Schema.Struct({ ...Standing, story: Schema.Union([OrderStory, MomentStory]) }).annotate({
  identifier: "Why"
})
/** What stands in `story`. */
export const readStory = Schema.decodeUnknownSync(Schema.fromJsonString(Why.fields.story))
