/** The gateway's own settings. */
import { SettingGroup } from "../../shared/config/setting.ts"
import type { SharedSettings } from "../../shared/config/shared.ts"
import type { ValuesOf } from "../../shared/config/table.ts"

const edges = new SettingGroup("Edges")

/** Deadlines, comparisons and the window of missed fills. */
export const GATEWAY_SETTINGS = {
  orderDeadlineSec: edges.number("ORDER_DEADLINE_SEC", {
    unit: "s",
    default: "10",
    within: [2, 60],
    reason: "The exchange does not place an order later than this after the claim (it accepts 2 to 60)."
  }),
  reconcileIntervalSec: edges.number("RECONCILE_INTERVAL_SEC", {
    unit: "s",
    default: "60",
    within: [5, 3_600],
    reason: "Exchange time between two comparisons of open orders, fills and balances with the exchange's."
  }),
  fillWindowDays: edges.number("FILL_WINDOW_DAYS", {
    unit: "days",
    default: "7",
    within: [0.01, 90],
    reason: "How far back fills are read at start for those that happened while nobody listened."
  })
} as const

/** What must hold between them and the shared ones. */
export const brokenGatewayRelations = ({
  requestTimeoutSec,
  orderDeadlineSec
}: SharedSettings & ValuesOf<typeof GATEWAY_SETTINGS>): ReadonlyArray<string> =>
  requestTimeoutSec < orderDeadlineSec
    ? []
    : [
        `REQUEST_TIMEOUT_SEC=${requestTimeoutSec}: not shorter than ORDER_DEADLINE_SEC (${orderDeadlineSec}); ` +
          "one request without an answer would let the others' deadlines pass"
      ]
