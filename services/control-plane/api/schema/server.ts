/** What the server says of itself: `/api/config`, `/version`, `/livez`, `/health`, `/ready` and their kin. */
import { Schema } from "effect"
import { Mode } from "../../../../shared/events/families/governor.ts"
import { Sequence, Standing, UnixSeconds } from "./common.ts"

/** `/api/config`. */
export const Config = Schema.Struct({
  ...Standing,
  settings: Schema.Array(
    Schema.Struct({
      name: Schema.String,
      group: Schema.String,
      value: Schema.NullOr(Schema.String),
      default: Schema.String,
      unit: Schema.String,
      accepted: Schema.String,
      about: Schema.String,
      source: Schema.Literals(["environment", "default"]),
      set_by: Schema.NullOr(Schema.String),
      secret: Schema.Boolean
    })
  )
}).annotate({ identifier: "Config" })

/** `/version`. */
export const Version = Schema.Struct({
  ...Standing,
  name: Schema.Literal("kennel"),
  version: Schema.String,
  node: Schema.String,
  shapes: Schema.Int,
  rules: Schema.Int,
  api: Schema.Literal(1),
  started_at: Schema.Finite
}).annotate({ identifier: "Version" })

/** `/livez`. */
export const Alive = Schema.Struct({ ...Standing, status: Schema.Literal("ok") }).annotate({ identifier: "Alive" })

/** `/health`. */
export const Health = Schema.Struct({
  ...Standing,
  status: Schema.Literals(["ok", "degraded"]),
  reasons: Schema.Array(Schema.String),
  mode: Mode,
  backfill_status: Schema.String,
  backfill_complete: Schema.Boolean,
  backfill_schedule: Schema.NullOr(Schema.String),
  backfill_next_run: Schema.NullOr(Schema.Finite),
  last_event_seq: Sequence
}).annotate({ identifier: "Health" })

const block = Schema.optionalKey(Schema.NullOr(Schema.ObjectKeyword))
const Candles = {
  data: block,
  backfill: block,
  hmm_data_pipeline: block,
  hmm_data_pipeline_secondary: block
}

/** `/ready` and `/readyz`, in both of their answers. */
export const Readiness = Schema.Struct({
  ...Standing,
  ready: Schema.Boolean,
  waiting_for: Schema.Array(Schema.String),
  session: Schema.Struct({
    pair: Schema.String,
    trading: Schema.Literals(["paper", "live"]),
    venue_time: Schema.NullOr(UnixSeconds),
    utc_day: Schema.NullOr(Schema.String),
    started_at: Schema.Finite
  }),
  trading: Schema.Struct({ enabled: Schema.Boolean, reason: Schema.NullOr(Schema.String) }),
  last_event_seq: Sequence,
  ...Candles
}).annotate({ identifier: "Readiness" })

/** `/backfill/status`. */
export const Backfill = Schema.Struct({ ...Standing, ...Candles }).annotate({ identifier: "Backfill" })

/** `/levels` and `/structure`: as service market-context shows them. */
export const ContextBlock = Schema.StructWithRest(Schema.Struct(Standing), [
  Schema.Record(Schema.String, Schema.Unknown)
]).annotate({ identifier: "ContextBlock" })

/** What `POST /api/action` takes: further fields are the action's arguments. */
export const ActionBody = Schema.StructWithRest(
  Schema.Struct({
    action: Schema.String,
    id: Schema.optionalKey(Schema.String),
    author: Schema.optionalKey(Schema.String),
    preview: Schema.optionalKey(Schema.Boolean),
    shown: Schema.optionalKey(Schema.Array(Schema.String))
  }),
  [Schema.Record(Schema.String, Schema.Unknown)]
).annotate({ identifier: "ActionBody" })

/** What it answers. */
export const ActionAnswered = Schema.Struct({
  id: Schema.NullOr(Schema.String),
  result: Schema.Literals(["applied", "refused", "pending", "would_apply", "would_refuse"]),
  effects: Schema.Array(Schema.String),
  reason: Schema.NullOr(
    Schema.Struct({
      rule: Schema.String,
      numbers: Schema.Record(Schema.String, Schema.Unknown),
      sentence: Schema.String
    })
  ),
  repeated: Schema.Boolean,
  hints: Schema.Array(Schema.String),
  seq: Schema.NullOr(Sequence)
}).annotate({ identifier: "ActionAnswered" })
