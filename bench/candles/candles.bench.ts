/**
 * Kraken's CSV archives: lines to exact candles, in pieces as they come off a disk. The floor is splitting the same lines
 * and reading doubles, which keeps nothing exact and checks nothing. It says nothing of the store, which is slower.
 */
import { Price, Volume } from "../../shared/core/decimal/decimal.ts"
import { FileReader } from "../../shared/candles/core/file/fileReader.ts"
import { memoryPages } from "../../shared/candles/core/file/records.ts"
import { settle } from "../../shared/candles/core/file/settle.ts"
import { type BenchResult, type Cost, figuresOf, perSecond, timed } from "../result.ts"

const SEED = 17
/** What a file stream hands over at once. */
const PIECE = 1 << 18
/** Goal: 200,000 rows a second. */
const WARM_UP = 2

const makeFile = (rows: number): string => {
  let state = SEED
  const next = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 4_294_967_296) * below)
  }
  const price = () => `0.${String(1_500_000 + next(1_000_000)).padStart(7, "0")}`
  const lines = Array.from({ length: rows }, (_, i) => {
    const volume = `${next(200_000)}.${String(next(100_000_000)).padStart(8, "0")}`
    const [low = "", open = "", close = "", high = ""] = [price(), price(), price(), price()].sort()
    return `${1_500_000_000 + i * 60},${open},${high},${low},${close},${volume},${next(500)}`
  })
  return `${lines.join("\n")}\n`
}

const NOW_SEC = 1_800_000_000

const exactly = (file: string): string => {
  const reader = new FileReader({ file: "bench", pages: memoryPages(), nowSec: NOW_SEC })
  for (let at = 0; at < file.length; at += PIECE) reader.push(file.slice(at, at + PIECE))
  const { length, at } = settle(reader.end(), { namedSec: 60, nowSec: NOW_SEC })
  let [closes, volumes] = [0n, 0n]
  for (let place = 0; place < length; place++) {
    const { close, volume } = at(place)
    closes += close
    volumes += volume
  }
  return `${length} ${Price.format(closes as Price)} ${Volume.format(volumes as Volume)}`
}

const asDoubles = (file: string): string => {
  let [rows, closes] = [0, 0]
  for (const line of file.split("\n")) {
    if (line === "") continue
    const fields = line.split(",").map(Number)
    rows++
    closes += fields[4] ?? 0
  }
  return `${rows} ${closes > 0}`
}

export const candlesBench = async ({ quick }: { readonly quick: boolean }): Promise<Array<BenchResult>> => {
  const rows = quick ? 20_000 : 200_000
  const file = makeFile(rows)
  const costs = { ours: [] as Array<Cost>, floor: [] as Array<Cost> }
  const checksum = exactly(file)
  const run = (into: Array<Cost>, read: (file: string) => string, expected: string, counts: boolean): void => {
    const [got, cost] = timed(() => read(file))
    if (got !== expected) throw new Error(`candles: ${got}, expected ${expected}`)
    if (counts) into.push(cost)
  }
  for (let round = 0; round < WARM_UP + (quick ? 3 : 9); round++) {
    run(costs.ours, exactly, checksum, round >= WARM_UP)
    run(costs.floor, asDoubles, `${rows} true`, round >= WARM_UP)
  }
  return [
    {
      name: "candles of a CSV archive",
      unit: "rows/s",
      ...figuresOf(costs.ours, perSecond(rows)),
      baseline: { name: "split and Number", ...figuresOf(costs.floor, perSecond(rows)) },
      note: `seed ${SEED}, ${rows} rows, pieces of ${PIECE} characters`,
      checksum
    }
  ]
}
