/**
 * What a person may ask of the market: one row per action. From the rows follow the command in the journal, the reading of
 * `POST /api/action`, the flags of `kennel action`, the page's dialog and the table of the documents; the governor's rule of the
 * same name carries it out. Pure.
 */
import type { Action } from "./argument.ts"

const COUNT = { name: "count", kind: "integer", min: 1, max: 100, about: "How many" } as const
const SLOT = { name: "slot_id", formerly: "slot", kind: "integer", above: 0, about: "A slot's number" } as const
const TIMEFRAME = {
  name: "timeframe",
  kind: "text",
  // As candles name it.
  pattern: /^[0-9]{1,5}[mhdw]$/,
  default: null,
  open: "all"
} as const
const PCT = { name: "pct", kind: "percent", min: 0.01, max: 50, about: "A distance in percent" } as const

/** Every action by its name, in the order in which they are documented. */
export const ACTIONS = {
  pause: {
    title: "Pause the market",
    about: "No new entries. Standing orders stay, exits and bookkeeping go on.",
    arguments: { note: { name: "note", kind: "text", default: "", about: "Why, for whoever reads it later" } }
  },
  resume: {
    title: "Resume the market",
    about: "Slots enter again, as far as nothing stands against it.",
    arguments: {}
  },
  add_slot: {
    title: "Add a slot",
    about: "One more slot begins to trade with the funds that are free.",
    arguments: { count: { ...COUNT, default: 1 } }
  },
  remove_slot: {
    title: "Remove slot",
    about: "Its orders are cancelled and what it holds is given up to the account. It never comes back.",
    arguments: { slot: SLOT }
  },
  remove_slots: {
    title: "Remove slots",
    about: "The newest slots are removed, as one is by `remove_slot`.",
    arguments: { count: COUNT }
  },
  add_layer: {
    title: "Add a capital layer",
    about: "Every new order becomes larger, as far as the funds reach.",
    arguments: {
      source: {
        name: "source",
        kind: "choice",
        choices: ["auto", "doge", "usd"],
        default: null,
        open: "as configured",
        about: "Which currency funds the layer"
      }
    }
  },
  remove_layer: {
    title: "Remove a capital layer",
    about: "Every new order becomes smaller. Standing orders keep their size.",
    arguments: {}
  },
  set_entry_pct: {
    title: "Set the entry distance",
    about: "Entries planned from now on stand this far from the market.",
    arguments: { pct: PCT }
  },
  set_profit_pct: {
    title: "Set the profit target",
    about: "Exits planned from now on stand this far beyond their entry, unless volatility sets the target.",
    arguments: { pct: PCT }
  },
  set_daily_loss_limit: {
    title: "Set the daily loss limit",
    about: "Once the UTC day's realised losses reach it, the market pauses.",
    arguments: {
      limit: { name: "limit", kind: "amount", about: "An amount in quote currency; 0 switches the lock off" }
    }
  },
  soft_close: {
    title: "Soft close a recovery",
    about: "It moves next to the market: it closes soon, mostly at a loss.",
    arguments: {
      slot: SLOT,
      recoveryId: {
        name: "recovery_id",
        formerly: "recoveryId",
        kind: "integer",
        above: 0,
        about: "A recovery's number within its slot"
      }
    }
  },
  /** Of all slots. */
  soft_close_next: {
    title: "Soft close the oldest recovery",
    about: "It moves next to the market: it closes soon, mostly at a loss.",
    arguments: {}
  },
  cancel_stale_recoveries: {
    title: "Soft close far recoveries",
    about:
      "The recoveries farthest from the market move next to it, farthest first: they close soon, mostly at a loss.",
    arguments: {
      minDistancePct: {
        name: "min_distance_pct",
        formerly: "minDistancePct",
        kind: "percent",
        min: 0,
        setting: "FAR_RECOVERY_DISTANCE_PCT",
        about: "Only recoveries at least so far from the market, in percent"
      },
      count: { ...COUNT, setting: "FAR_RECOVERY_COUNT" }
    }
  },
  reconcile_drift: {
    title: "Reconcile the open orders",
    about: "Orders at the exchange that are provably ours and that no slot has are cancelled.",
    arguments: {}
  },
  audit_pnl: {
    title: "Audit the books",
    about: "The exchange's trade history is read and compared with the journal, to the last unit.",
    arguments: {}
  },
  backfill_ohlcv: {
    title: "Backfill the candles",
    about: "The stall breaker is closed and the exchange is asked for the training windows, now.",
    arguments: { timeframe: { ...TIMEFRAME, about: "A timeframe of a training window: 1m, 15m" } }
  },
  retrain: {
    title: "Retrain the regime models",
    about: "The models are fitted anew, now. A model that is refused leaves the old one in use.",
    arguments: {
      timeframe: { ...TIMEFRAME, about: "A timeframe that regime models are fitted to: 1m, 15m" }
    }
  }
} as const satisfies Readonly<Record<string, Action>>

/** The name of an action: what people write, and the command's name in the journal. */
export type ActionName = keyof typeof ACTIONS

/** An action's arguments by their names in code. */
export type ArgumentsOf<N extends ActionName> = (typeof ACTIONS)[N]["arguments"]
