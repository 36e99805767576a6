import { describe, expect, it } from "vitest"
import { encodeState } from "../../shared/actor/core/stateText.ts"
import type { Setting } from "../../shared/config/setting.ts"
import { PAIR_TERMS } from "../../shared/config/rules/slot.ts"
import { rowsOf } from "../../shared/config/table.ts"
import { candlesOf } from "../data/recording.ts"
import { readSettings, SETTING_ROWS } from "../../app/settings.ts"
import { HEEDED, SAID_BY_EXCHANGE, withoutEffect } from "../../app/backtest/heeded.ts"
import { backtestOptionsOf } from "../../app/backtest/options.ts"
import { backtest } from "../../app/backtest/run.ts"

/** With the advisor, and at the speed of a real market, everything may count. */
const ENV = { HMM_ENABLED: "true", SPEED: "1" }
const optionsOf = (env: Readonly<Record<string, string>>): string =>
  encodeState(backtestOptionsOf(readSettings({ ...ENV, ...env }).settings))

/** Values that the row takes: its default, the ends of its range, its words, and some that are neither. */
const valuesOf = ({ range, defaultText, parse }: Setting<unknown>): ReadonlyArray<string> =>
  [defaultText, ...(range.match(/[\w.-]+/g) ?? []), "200", "7", "0.7", "true", "false", "one,two", "XBTUSD"].filter(
    (text) => {
      try {
        parse(text)
        return true
      } catch {
        return false
      }
    }
  )

const counts = (row: Setting<unknown>): boolean =>
  new Set(valuesOf(row).map((text) => optionsOf({ [row.name]: text }))).size > 1

describe("the settings that a backtest goes by", () => {
  it.each([...HEEDED])("%s makes another backtest", (name) => {
    const row = SETTING_ROWS.find((one) => one.name === name)
    expect(row !== undefined && counts(row)).toBe(true)
  })

  it("are all that do, but for which market the others are of, and what the exchange says at once", () => {
    const others = SETTING_ROWS.filter((row) => !HEEDED.has(row.name) && counts(row)).map(({ name }) => name)
    // Volumes have eight decimals from the start.
    const said = [...SAID_BY_EXCHANGE].filter((name) => name !== PAIR_TERMS.volumeDecimals.name)
    expect(new Set(others)).toStrictEqual(new Set([...said, "PAIR", "LIVE"]))
  })

  it("what the exchange says at once changes no result", () => {
    const rows = candlesOf().slice(0, 120)
    const span = { fromMs: rows[0]?.timeMs ?? 0, untilMs: (rows.at(-1)?.timeMs ?? 0) + 60_000, way: "likely" } as const
    const hashOf = (env: Readonly<Record<string, string>>): string =>
      backtest({ ...backtestOptionsOf(readSettings(env).settings), ...span, recording: { kind: "candles", rows } }).hash
    const given = { PRICE_DECIMALS: "2", VOLUME_DECIMALS: "3", MIN_VOLUME: "5000", MAKER_FEE_PCT: "5" }
    expect(new Set(Object.keys(given))).toStrictEqual(SAID_BY_EXCHANGE)
    for (const [name, value] of Object.entries(given))
      expect([name, hashOf({ [name]: value })]).toStrictEqual([name, hashOf({})])
    expect(hashOf({ [PAIR_TERMS.minCost.name]: "3" })).not.toBe(hashOf({}))
    expect(rowsOf(PAIR_TERMS)).toHaveLength(SAID_BY_EXCHANGE.size + 1)
  })
})

describe("settings that another one keeps from counting", () => {
  const problem = (env: Readonly<Record<string, string>>, swept: ReadonlyArray<string> = []): string | null =>
    withoutEffect([...Object.keys(env), ...swept], readSettings(env).settings, new Set(swept))

  it("the advisor's are refused where none takes part, and taken where one does, or does in some runs", () => {
    expect(problem({ HMM_N_STATES: "4" })).toBe(
      "HMM_N_STATES is of the regime advisor, and none takes part: add --set HMM_ENABLED=true, or leave it out"
    )
    expect(problem({ HMM_BLEND_WITH_TREND: "1" })).toMatch(/^HMM_BLEND_WITH_TREND is of the regime advisor/)
    expect(problem({ HMM_N_STATES: "4", HMM_ENABLED: "true" })).toBeNull()
    expect(problem({ HMM_N_STATES: "4" }, ["HMM_ENABLED"])).toBeNull()
  })

  it("an age of the price that the speed does not let count is refused with the one from which it does", () => {
    expect(problem({ STALE_PRICE_MAX_AGE_SEC: "30" })).toBe(
      "STALE_PRICE_MAX_AGE_SEC counts from 180 s on at SPEED=120: add --set SPEED=1, or name a longer one"
    )
    expect(problem({ STALE_PRICE_MAX_AGE_SEC: "300" })).toBeNull()
    expect(problem({ STALE_PRICE_MAX_AGE_SEC: "30", SPEED: "1" })).toBeNull()
  })
})
