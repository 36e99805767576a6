/** How far the projector is, as `/api/status` shows it. */

/** `seq`: the last record whose rows are in the store; `head`: the journal's newest. */
export interface ProjectorProgress {
  readonly seq: number
  readonly head: number
  readonly trouble: string | null
  readonly refusedRows: number
}

/** The block `projector`. */
export const projectorView = ({ seq, head, trouble, refusedRows }: ProjectorProgress) => ({
  projector: {
    seq,
    head,
    /** Records it has still to copy. */
    lag: Math.max(0, head - seq),
    /** Why it stands still, or is not heard; null while all is well. */
    trouble,
    /** Rows the database would not take. */
    refused_rows: refusedRows
  }
})

/** What `/api/status` and the page are given of the projector. */
export type ProjectorView = ReturnType<typeof projectorView>
