/** The same figures as a database reckons them from the same curve: nothing of ours has a part in that. */
import { DuckDBInstance } from "@duckdb/node-api"
import { describe, expect, it } from "vitest"
import { maxDrawdown, returnsOf, sharpe, sortino } from "./statistics.ts"

/** Numerical Recipes' generator, so that the curve is the same everywhere. */
const curveOf = (seed: number, days: number): ReadonlyArray<number> => {
  let state = seed
  const values = [1_000]
  while (values.length < days) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    values.push((values.at(-1) ?? 0) * (1 + (state / 2 ** 32 - 0.49) * 0.06))
  }
  return values
}

const SQL = `
  WITH curve AS (SELECT unnest(range(len(v))) AS day, unnest(v) AS equity FROM (SELECT $1::DOUBLE[] AS v)),
       moves AS (SELECT equity / lag(equity) OVER (ORDER BY day) - 1 AS r FROM curve),
       falls AS (SELECT 1 - equity / max(equity) OVER (ORDER BY day) AS fall FROM curve)
  SELECT avg(r) / stddev_samp(r) * sqrt(365) AS sharpe,
         avg(r) / sqrt(avg(CASE WHEN r < 0 THEN r * r ELSE 0 END)) * sqrt(365) AS sortino,
         (SELECT max(fall) FROM falls) AS drawdown
  FROM moves WHERE r IS NOT NULL`

describe("statistics against a database", () => {
  it.each([1, 2, 3])("agree on the curve of seed %i to twelve digits", async (seed) => {
    const curve = curveOf(seed, 400)
    const connection = await (await DuckDBInstance.create(":memory:")).connect()
    const list = `[${curve.join(",")}]`
    const [row] = (await connection.runAndReadAll(SQL.replace("$1", list))).getRowObjectsJS()
    connection.closeSync()
    const found = row as { readonly sharpe: number; readonly sortino: number; readonly drawdown: number }
    const returns = returnsOf(curve)
    expect(sharpe(returns)).toBeCloseTo(found.sharpe, 11)
    expect(sortino(returns)).toBeCloseTo(found.sortino, 11)
    expect(maxDrawdown(curve)).toBeCloseTo(found.drawdown, 12)
  })
})
