/** The queue of history jobs in memory: each step as its SQL function does it (`supabase/migrations/*_job_functions.sql`). */
import { type Job, type JobCounts, type JobOrder, type JobPhase, type JobPlace, NO_JOBS } from "../../port.ts"

interface Row extends Job {
  readonly leaseUntilSec: number
}

/** Table `backfill_jobs`. */
export class JobTable {
  private readonly nowSec: () => number
  private readonly rows = new Map<string, Row>()
  private asked = 0

  /** `nowSec`: the database's clock, by which leases run. */
  constructor(nowSec: () => number) {
    this.nowSec = nowSec
  }

  enqueue(orders: ReadonlyArray<JobOrder>): number {
    let fresh = 0
    for (const order of orders) {
      const ofSeries = [...this.rows.values()].filter((row) => sameSeries(row, order))
      for (const { id, phase } of ofSeries) if (isOver(phase)) this.rows.delete(id)
      const standing = ofSeries.find(({ phase }) => !isOver(phase))
      if (standing === undefined) {
        const id = String(++this.asked)
        const begun = { phase: "pending", place: null, attempts: 0, message: "", worker: null } as const
        this.rows.set(id, { ...order, id, ...begun, leaseUntilSec: 0 })
        fresh++
      } else if (standing.phase === "pending" && standing.place === null && order.mode !== "incremental")
        this.rows.set(standing.id, { ...standing, mode: order.mode, days: order.days })
    }
    return fresh
  }

  claim(source: string, worker: string, leaseSec: number): Job | null {
    const free = [...this.rows.values()].find(
      (row) =>
        row.source === source &&
        (row.phase === "pending" || (row.phase === "in_progress" && row.leaseUntilSec <= this.nowSec()))
    )
    if (free === undefined) return null
    const leased = { phase: "in_progress", worker, leaseUntilSec: this.nowSec() + leaseSec } as const
    return shown(this.keep({ ...free, ...leased, attempts: free.attempts + 1 }))
  }

  keepPlace(id: string, worker: string, place: JobPlace, leaseSec: number): boolean {
    const row = this.rows.get(id)
    if (row?.worker !== worker || row.phase !== "in_progress") return false
    this.keep({ ...row, place, leaseUntilSec: this.nowSec() + leaseSec })
    return true
  }

  end(id: string, worker: string, ending: { readonly phase: JobPhase; readonly message: string }): boolean {
    const row = this.rows.get(id)
    if (row?.worker !== worker || (row.phase !== "in_progress" && row.phase !== ending.phase)) return false
    this.keep({ ...row, ...ending })
    return true
  }

  cancel(id: string): boolean {
    const row = this.rows.get(id)
    if (row === undefined || isOver(row.phase)) return false
    this.keep({ ...row, phase: "cancelled", message: "cancelled by hand" })
    return true
  }

  counts(source: string | null): JobCounts {
    const counts = { ...NO_JOBS }
    for (const row of this.rows.values()) if (source === null || row.source === source) counts[row.phase]++
    return counts
  }

  /** Every job, in the order of the queue. */
  get all(): ReadonlyArray<Job> {
    return [...this.rows.values()].map(shown)
  }

  private keep(row: Row): Row {
    this.rows.set(row.id, row)
    return row
  }
}

const isOver = (phase: JobPhase): boolean => phase !== "pending" && phase !== "in_progress"

const sameSeries = (a: JobOrder, b: JobOrder): boolean =>
  a.source === b.source && a.symbol === b.symbol && a.intervalMin === b.intervalMin

const shown = ({ leaseUntilSec: _, ...job }: Row): Job => job
