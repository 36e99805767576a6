/** Table `backfill_jobs`: every step of a job's life is one SQL function, see `supabase/migrations`. */
import { Effect, Schema } from "effect"
import { type Job, JOB_PHASES, type JobStore, NO_JOBS } from "../port.ts"
import { ask, change, pieces } from "./call.ts"
import type { Client } from "./client.ts"

const JobRows = Schema.Array(
  Schema.Struct({
    id: Schema.String,
    source: Schema.String,
    symbol: Schema.String,
    interval_min: Schema.Int,
    mode: Schema.Literals(["incremental", "full", "missing"]),
    days: Schema.Int,
    phase: Schema.Literals(JOB_PHASES),
    cursor: Schema.NullOr(Schema.String),
    chunks_done: Schema.NullOr(Schema.Int),
    chunks_total: Schema.NullOr(Schema.Int),
    fresh: Schema.NullOr(Schema.Int),
    attempts: Schema.Int,
    message: Schema.String,
    worker: Schema.NullOr(Schema.String)
  })
)
/** The number as text: it may pass what a double holds. */
const JOB_COLUMNS =
  "id::text,source,symbol,interval_min,mode,days,phase,cursor,chunks_done,chunks_total,fresh,attempts,message,worker"

const CountRows = Schema.Array(Schema.Struct({ phase: Schema.Literals(JOB_PHASES), count: Schema.Int }))

const jobOf = (row: (typeof JobRows.Type)[number]): Job => ({
  id: row.id,
  source: row.source,
  symbol: row.symbol,
  intervalMin: row.interval_min,
  mode: row.mode,
  days: row.days,
  phase: row.phase,
  place:
    row.chunks_done === null
      ? null
      : {
          cursor: row.cursor,
          chunksDone: row.chunks_done,
          chunksTotal: row.chunks_total ?? 0,
          fresh: row.fresh ?? 0
        },
  attempts: row.attempts,
  message: row.message,
  worker: row.worker
})

export const makeJobs = (client: Client): JobStore => ({
  enqueue: (orders) =>
    Effect.forEach(pieces(orders), (piece) =>
      change("jobs.enqueue", Schema.Int, () =>
        client.rpc("enqueue_jobs", {
          p_jobs: piece.map(({ source, symbol, intervalMin, mode, days }) => ({
            source,
            symbol,
            interval_min: intervalMin,
            mode,
            days
          }))
        })
      )
    ).pipe(Effect.map((counts) => counts.reduce((sum, count) => sum + count, 0))),

  claim: (source, worker, leaseSec) =>
    change(`jobs.claim ${source}`, JobRows, () =>
      client.rpc("claim_job", { p_source: source, p_worker: worker, p_lease_sec: leaseSec }).select(JOB_COLUMNS)
    ).pipe(Effect.map((rows) => rows.map(jobOf)[0] ?? null)),

  keepPlace: (id, worker, place, leaseSec) =>
    change(`jobs.keepPlace ${id}`, Schema.Boolean, () =>
      client.rpc("keep_job_place", {
        p_id: id,
        p_worker: worker,
        p_cursor: place.cursor,
        p_chunks_done: place.chunksDone,
        p_chunks_total: place.chunksTotal,
        p_fresh: place.fresh,
        p_lease_sec: leaseSec
      })
    ),

  end: (id, worker, { phase, message }) =>
    change(`jobs.end ${id}`, Schema.Boolean, () =>
      client.rpc("end_job", { p_id: id, p_worker: worker, p_phase: phase, p_message: message })
    ),

  cancel: (id) => change(`jobs.cancel ${id}`, Schema.Boolean, () => client.rpc("cancel_job", { p_id: id })),

  counts: (source) =>
    ask("jobs.counts", CountRows, () => client.rpc("job_counts", { p_source: source })).pipe(
      Effect.map((rows) => {
        const counts = { ...NO_JOBS }
        for (const { phase, count } of rows) counts[phase] = count
        return counts
      })
    )
})
