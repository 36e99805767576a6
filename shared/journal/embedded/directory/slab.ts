/**
 * Where the frames of records are made: one behind the other in blocks of their own. Node's pool for small buffers is shared by all of the
 * process, so that a record kept from it keeps 64 KiB of what is long gone; 8,192 records kept half a gigabyte that way.
 */

/** Bytes of a block. What is kept of the journal is a row of records, so that at most one block at each end of it holds anything else. */
export const SLAB_BYTES = 64 * 1024

/** Makes room for one frame after the other. */
export class Slab {
  private block = Buffer.alloc(0)
  private used = 0

  /** Room of this size; what is in it is anything. A large frame gets a block of its own. */
  readonly allocate = (bytes: number): Buffer => {
    if (bytes > SLAB_BYTES / 4) return Buffer.allocUnsafeSlow(bytes)
    if (this.used + bytes > this.block.length) {
      this.block = Buffer.allocUnsafeSlow(SLAB_BYTES)
      this.used = 0
    }
    const room = this.block.subarray(this.used, this.used + bytes)
    this.used += bytes
    return room
  }
}

/** Adds `frame` to the pieces that are written together: in one piece with the last where it stands right behind it. */
export const joined = (pieces: Array<Buffer>, frame: Buffer): void => {
  const last = pieces.at(-1)
  if (last === undefined || last.buffer !== frame.buffer || last.byteOffset + last.length !== frame.byteOffset) {
    pieces.push(frame)
    return
  }
  pieces[pieces.length - 1] = Buffer.from(last.buffer, last.byteOffset, last.length + frame.length)
}
