/** What a benchmark reports. `samples` holds one figure per timed run, in `unit`; `baseline` the same of its floor, from the same run. */
export interface BenchResult {
  name: string
  unit: string
  samples: number[]
  /** `paired`: each sample was taken beside the one of the same place; the ratio is the median of theirs. */
  baseline?: { name: string; samples: number[]; paired?: boolean }
  note?: string
  /** Of the result, so that a faster wrong answer shows. */
  checksum?: string
}
