/** Labels of the chart's lines: where lines stand close together one label speaks for several, and none lies over another. Pure. */
import type { Ink, PriceLine } from "./chartModel.ts"

/** Pixels from one label to the next. */
export const LABEL_HEIGHT = 15

/** A label beside the candles. */
export interface Label {
  readonly text: string
  readonly ink: Ink
  /** Where its lines are, the first and the last, and where it stands: pixels from the top. */
  readonly from: number
  readonly to: number
  readonly y: number
  readonly kind: PriceLine["kind"]
}

interface Placed {
  readonly y: number
  readonly line: PriceLine
}

/** Lines of one kind that one label speaks for, from the top. */
interface Group {
  readonly members: ReadonlyArray<Placed>
  readonly y: number
}

const groupOf = (members: ReadonlyArray<Placed>): Group => ({
  members,
  y: members.reduce((sum, { y }) => sum + y, 0) / members.length
})

/** One label for neighbours on the same side less than `gap` apart; levels keep their own names and are joined only where they meet. */
const grouped = (lines: ReadonlyArray<Placed>, gap: number): ReadonlyArray<Group> => {
  const groups: Array<Array<Placed>> = []
  for (const placed of lines.toSorted((a, b) => a.y - b.y)) {
    const last = groups.at(-1)
    const before = last?.at(-1)
    if (last !== undefined && before !== undefined && placed.y - before.y < gap) last.push(placed)
    else groups.push([placed])
  }
  return groups.map(groupOf)
}

/** As many names as a label has room for; the others are counted. */
const MOST_NAMES = 3

const listed = (names: ReadonlyArray<string>): string =>
  names.length > MOST_NAMES ? `${names.slice(0, MOST_NAMES).join(" ")} +${names.length - MOST_NAMES}` : names.join(" ")

const textOf = ({ members }: Group, isNarrow: boolean): string => {
  const [first] = members
  if (first === undefined) return ""
  const { order, label } = first.line
  if (order === null) return members.map(({ line }) => line.label).join(" · ")
  const roles = new Set(members.map(({ line }) => line.order?.role))
  const role = roles.size === 1 ? order.role : order.side
  const all = members.flatMap(({ line }) => line.order ?? [])
  if (all.length === 1) return isNarrow ? `${order.name} ${order.distance}` : label
  const farthest = all.at(-1)?.distance ?? order.distance
  const reach = order.distance === farthest ? order.distance : `${order.distance.replace(/.%$/, "")} … ${farthest}`
  return isNarrow ? `${all.length} × ${reach}` : `${listed(all.map(({ name }) => name))} ${role} ${reach}`
}

/** Where labels stand so that none lies over another, near their lines, from the top: as high as they want or right below the one before. */
const spread = (wanted: ReadonlyArray<number>, height: number): ReadonlyArray<number> => {
  const placed: Array<number> = []
  for (const y of wanted) placed.push(Math.max(y, (placed.at(-1) ?? -Number.MAX_VALUE) + LABEL_HEIGHT))
  let floor = height - LABEL_HEIGHT / 2
  for (let index = placed.length - 1; index >= 0; index--) {
    placed[index] = Math.min(placed[index] ?? floor, floor)
    floor = (placed[index] ?? floor) - LABEL_HEIGHT
  }
  return placed
}

/**
 * The labels of lines in a pane `height` pixels high; `yOf` is where a price is. Lines outside the pane have none. Where they are too many, orders farther
 * apart share one.
 */
export const labelsOf = (
  lines: ReadonlyArray<PriceLine>,
  yOf: (price: number) => number | null,
  height: number,
  isNarrow = false
): ReadonlyArray<Label> => {
  const placed = lines.flatMap((line) => {
    const y = yOf(line.price)
    return y === null || y < 0 || y > height ? [] : [{ y, line }]
  })
  const byInk = Map.groupBy(placed, ({ line }) => `${line.kind} ${line.ink}`)
  const most = Math.max(1, Math.floor(height / LABEL_HEIGHT) - 1)
  let groups: ReadonlyArray<Group> = []
  for (let gap = LABEL_HEIGHT; gap <= height * 2; gap *= 2) {
    groups = [...byInk.values()].flatMap((of) =>
      grouped(of, of[0]?.line.kind === "level" ? Math.min(gap, LABEL_HEIGHT) : gap)
    )
    if (groups.length <= most) break
  }
  const sorted = groups.toSorted((a, b) => a.y - b.y)
  const ys = spread(
    sorted.map(({ y }) => y),
    height
  )
  return sorted.map((group, index) => ({
    text: textOf(group, isNarrow),
    ink: group.members[0]?.line.ink ?? "quiet",
    kind: group.members[0]?.line.kind ?? "order",
    from: group.members[0]?.y ?? group.y,
    to: group.members.at(-1)?.y ?? group.y,
    y: ys[index] ?? group.y
  }))
}
