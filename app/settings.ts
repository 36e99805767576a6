/**
 * Every setting of Kennel: the shared ones and each service's own, from which the environment is read, `kennel config` prints,
 * and `docs/configuration.md` is generated.
 */
import { SIMULATOR_SETTINGS } from "../services/exchange-sim/settings.ts"
import { ADVISOR_SETTINGS } from "../services/hmm-advisor/settings.ts"
import { CANDLE_SETTINGS } from "../services/ohlcv-ingestor/settings.ts"
import { CONTROL_SETTINGS } from "../services/control-plane/settings.ts"
import { brokenFeedRelations, FEED_SETTINGS } from "../services/market-feed/settings.ts"
import { brokenGatewayRelations, GATEWAY_SETTINGS } from "../services/order-gateway/settings.ts"
import { PROJECTOR_SETTINGS } from "../services/projector/settings.ts"
import { SLOT_SETTINGS } from "../services/slot-actor/settings.ts"
import { brokenRelations } from "../shared/config/relations.ts"
import { SHARED_SETTINGS } from "../shared/config/shared.ts"
import { type Environment, readTable, rowsOf, type ValuesOf } from "../shared/config/table.ts"

const SETTINGS = {
  ...SHARED_SETTINGS,
  ...CONTROL_SETTINGS,
  ...SLOT_SETTINGS,
  ...FEED_SETTINGS,
  ...GATEWAY_SETTINGS,
  ...ADVISOR_SETTINGS,
  ...CANDLE_SETTINGS,
  ...PROJECTOR_SETTINGS,
  ...SIMULATOR_SETTINGS
} as const

/** Every row, each once. */
export const SETTING_ROWS = rowsOf(SETTINGS)

/** The values, under the names the code uses. */
export type Settings = ValuesOf<typeof SETTINGS>

export interface ReadSettings {
  readonly settings: Settings
  /** One line each: a wrong value, or settings that contradict each other. Empty: the settings may be used. */
  readonly problems: ReadonlyArray<string>
}

/** Reads all of them; relations are looked at once every value is right by itself. */
export const readSettings = (env: Environment): ReadSettings => {
  const { values: settings, problems } = readTable(SETTINGS, env)
  return {
    settings,
    problems:
      problems.length > 0
        ? problems
        : [...brokenRelations(settings), ...brokenFeedRelations(settings), ...brokenGatewayRelations(settings)]
  }
}
