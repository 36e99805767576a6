/** Who sleeps until when: taken in the order of time, and in that of falling asleep where it is the same. */
interface Sleeper {
  readonly atMs: number
  readonly order: number
  readonly wake: () => void
}

const before = (a: Sleeper, b: Sleeper): boolean => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order)

/** A binary heap: a market has hundreds of sleepers, and each trade wakes some. */
export class Sleepers {
  private readonly heap: Array<Sleeper> = []
  /** Woken by something else: passed over when their time comes. */
  private readonly gone = new Set<Sleeper>()
  private order = 0

  /** Returns how to leave before. */
  add(atMs: number, wake: () => void): () => void {
    const sleeper: Sleeper = { atMs, order: this.order++, wake }
    this.heap.push(sleeper)
    this.rise(this.heap.length - 1)
    let asleep = true
    const leave = () => {
      if (asleep) this.gone.add(sleeper)
      asleep = false
      // Most that fall asleep are woken by something else: what they leave behind must not outgrow those who sleep.
      if (this.gone.size > 64 && this.gone.size * 2 > this.heap.length) this.sweep()
    }
    return leave
  }

  /** When the first wakes; null: nobody sleeps. */
  nextMs(): number | null {
    for (let first = this.heap[0]; first !== undefined; first = this.heap[0]) {
      if (!this.gone.delete(first)) return first.atMs
      this.removeFirst()
    }
    return null
  }

  /** How to wake the first, who is no sleeper any more. */
  take(): (() => void) | null {
    if (this.nextMs() === null) return null
    return this.removeFirst()?.wake ?? null
  }

  /** Everybody, in order. */
  takeAll(): ReadonlyArray<Pick<Sleeper, "atMs" | "wake">> {
    const all = this.heap.filter((sleeper) => !this.gone.has(sleeper)).sort((a, b) => (before(a, b) ? -1 : 1))
    this.heap.length = 0
    this.gone.clear()
    return all
  }

  private sweep(): void {
    const left = this.takeAllKept()
    this.heap.length = 0
    this.gone.clear()
    for (const sleeper of left) {
      this.heap.push(sleeper)
      this.rise(this.heap.length - 1)
    }
  }

  private takeAllKept(): ReadonlyArray<Sleeper> {
    return this.heap.filter((sleeper) => !this.gone.has(sleeper))
  }

  private removeFirst(): Sleeper | undefined {
    const first = this.heap[0]
    const last = this.heap.pop()
    if (last === undefined || first === undefined || this.heap.length === 0) return first
    this.heap[0] = last
    this.sink()
    return first
  }

  private rise(from: number): void {
    const { heap } = this
    for (let at = from; at > 0;) {
      const above = (at - 1) >> 1
      const [a, b] = [heap[at], heap[above]]
      if (a === undefined || b === undefined || !before(a, b)) return
      heap[at] = b
      heap[above] = a
      at = above
    }
  }

  private sink(): void {
    const { heap } = this
    for (let at = 0; ;) {
      const left = 2 * at + 1
      const [a, b] = [heap[left], heap[left + 1]]
      if (a === undefined) return
      const least = b !== undefined && before(b, a) ? left + 1 : left
      const [own, other] = [heap[at], heap[least]]
      if (own === undefined || other === undefined || !before(other, own)) return
      heap[at] = other
      heap[least] = own
      at = least
    }
  }
}
