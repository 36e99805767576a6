/**
 * What the edge of an exchange does to what leaves it: figures that no market has, names that nobody knows, sockets that are
 * turned away, frames that cannot be read. The exchange's books stay right; only what is told of them is wrong.
 */
import { Schema } from "effect"

const times = Schema.Int.check(Schema.isGreaterThan(0))

/** The schemas of these faults, for the union of all. */
export const EDGE_FAULTS = [
  /**
   * In the next `times` answers or frames of `method` (a REST method such as `Ticker`, or a channel such as `ticker`), every field
   * named `field` is written otherwise: as `value`, as itself times `factor`, or under the name `rename`. Of a list, as in REST's
   * `Ticker`, it is the first entry.
   */
  Schema.Struct({
    kind: Schema.Literal("rewrite"),
    method: Schema.NonEmptyString,
    field: Schema.NonEmptyString,
    value: Schema.optionalKey(Schema.Union([Schema.String, Schema.Finite, Schema.Null])),
    factor: Schema.optionalKey(Schema.Finite),
    rename: Schema.optionalKey(Schema.NonEmptyString),
    times
  }),
  /** The next `times` upgrades of an endpoint are answered with this HTTP status. */
  Schema.Struct({
    kind: Schema.Literal("refuse-upgrade"),
    socket: Schema.Literals(["public", "private"]),
    status: Schema.Int.check(Schema.isBetween({ minimum: 400, maximum: 599 })),
    times
  }),
  /** All public sockets are sent so many frames that cannot be read, now. */
  Schema.Struct({ kind: Schema.Literal("bad-frames"), frames: times })
] as const

type EdgeFault = (typeof EDGE_FAULTS)[number]["Type"]
type Rewrite = Extract<EdgeFault, { readonly kind: "rewrite" }>
type Refusal = Extract<EdgeFault, { readonly kind: "refuse-upgrade" }>

const KINDS = ["rewrite", "refuse-upgrade"] as const

/** Whether a fault lasts and is kept here. */
export const isEdgeFault = (fault: { readonly kind: string }): fault is Rewrite | Refusal =>
  KINDS.some((kind) => kind === fault.kind)

/** Those in force. Changed in place. */
export class EdgeFaults {
  private rewrites: Array<{ readonly fault: Rewrite; left: number }> = []
  private refusals: Array<{ readonly fault: Refusal; left: number }> = []

  add(fault: Rewrite | Refusal): void {
    if (fault.kind === "rewrite") this.rewrites.push({ fault, left: fault.times })
    else this.refusals.push({ fault, left: fault.times })
  }

  clear(): void {
    this.rewrites = []
    this.refusals = []
  }

  /** What is told of `told` under the faults of this method or channel. */
  rewritten(method: string, told: unknown): unknown {
    return this.rewrites
      .filter(({ fault, left }) => fault.method === method && left > 0)
      .reduce((now, entry) => {
        entry.left--
        return rewrite(now, entry.fault)
      }, told)
  }

  /** The status with which this upgrade is turned away; null: it is not. */
  onUpgrade(socket: "public" | "private"): number | null {
    const entry = this.refusals.find(({ fault, left }) => fault.socket === socket && left > 0)
    if (entry === undefined) return null
    entry.left--
    return entry.fault.status
  }

  describe(): ReadonlyArray<unknown> {
    return [...this.rewrites, ...this.refusals]
      .filter(({ left }) => left > 0)
      .map(({ fault, left }) => ({ ...fault, left }))
  }
}

const rewrite = (told: unknown, fault: Rewrite): unknown => {
  if (Array.isArray(told)) return told.map((part: unknown) => rewrite(part, fault))
  if (typeof told !== "object" || told === null) return told
  return Object.fromEntries(
    Object.entries(told).map(([key, part]: [string, unknown]) =>
      key === fault.field ? [fault.rename ?? key, changed(part, fault)] : [key, rewrite(part, fault)]
    )
  )
}

const changed = (part: unknown, fault: Rewrite): unknown => {
  if (Array.isArray(part)) return [changed(part[0], fault), ...part.slice(1)]
  if (fault.value !== undefined) return fault.value
  if (fault.factor === undefined) return part
  const figure = Number(part) * fault.factor
  return typeof part === "string" ? figure.toFixed(10) : Number(figure.toPrecision(12))
}
