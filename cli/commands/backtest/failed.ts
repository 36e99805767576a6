/** What a backtest is played on, and how it fails. */
import { Schema } from "effect"
import type { Settings } from "../../../app/settings.ts"
import type { StoredColumns } from "../../../shared/store/columns/storedColumns.ts"
import type { Playable } from "../../../services/exchange-sim/core/market/rows.ts"

/** The backtest did not run, or what it gave could not be written. */
export class BacktestFailed extends Schema.TaggedError<BacktestFailed>()("BacktestFailed", { detail: Schema.String }) {
  override get message(): string {
    return `backtest: ${this.detail}`
  }
}

/** With why. */
export const failed = (detail: string): BacktestFailed => new BacktestFailed({ detail })

/** A recording, the stretch of it, and the settings. */
export interface Played {
  /** Its file, or what of the store it is. */
  readonly file: string
  /** Candles of the store, in memory that threads share; absent: the file's. */
  readonly stored?: StoredColumns & { readonly intervalMs: number }
  readonly recording: Playable
  /** The clock when the file was read, Unix seconds. */
  readonly nowSec: number
  readonly fromMs: number
  readonly untilMs: number
  readonly settings: Settings
  /** Settings that the command's flags name, by the environment's names. */
  readonly given: Readonly<Record<string, string>>
}
