/**
 * Where the frames of records are made: one behind the other in blocks of their own. Node's pool for small buffers is shared by all of the
 * process, so that a record kept from it keeps 64 KiB of what is long gone; 8,192 records kept half a gigabyte that way.
 */

/** Bytes of a block. What is kept of the journal is a row of records, so that at most one block at each end of it holds anything else. */
export const SLAB_BYTES = 64 * 1024

/** A piece of a block. */
export interface Room {
  readonly block: Buffer
  readonly from: number
}

/** Makes room for one frame after the other. */
export class Slab {
  private block = Buffer.alloc(0)
  private used = 0

  /** Room of this size; what is in it is anything. A large frame gets a block of its own. */
  allocate(bytes: number): Room {
    if (bytes > SLAB_BYTES / 4) return { block: Buffer.allocUnsafeSlow(bytes), from: 0 }
    if (this.used + bytes > this.block.length) {
      this.block = Buffer.allocUnsafeSlow(SLAB_BYTES)
      this.used = 0
    }
    const from = this.used
    this.used += bytes
    return { block: this.block, from }
  }
}

/** What is written together: frames that stand one behind the other in a block are one piece of it. */
export class Pieces {
  private readonly pieces: Array<{ readonly block: Buffer; readonly from: number; to: number }> = []
  /** Of all of them. */
  bytes = 0

  add({ block, from }: Room, bytes: number): void {
    const last = this.pieces.at(-1)
    if (last !== undefined && last.block === block && last.to === from) last.to += bytes
    else this.pieces.push({ block, from, to: from + bytes })
    this.bytes += bytes
  }

  /** All in one row. */
  joined(): Buffer {
    const views = this.pieces.map(({ block, from, to }) => block.subarray(from, to))
    const [only, ...others] = views
    return only !== undefined && others.length === 0 ? only : Buffer.concat(views, this.bytes)
  }
}
