/** What a benchmark reports. `samples` holds one figure per timed run, in `unit`; `baseline` the same of its floor, from the same run. */
export interface BenchResult {
  name: string
  unit: string
  samples: number[]
  baseline?: { name: string; samples: number[] }
  note?: string
  /** Of the result, so that a faster wrong answer shows. */
  checksum?: string
}
