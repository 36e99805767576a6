/** The control plane's own settings: who may act through it, and what stands for what they leave out. */
import { SettingGroup } from "../../shared/config/setting.ts"
import { TELEGRAM_SETTINGS } from "./telegram/settings.ts"

const processes = new SettingGroup("Process")
const capacity = new SettingGroup("Capacity")

/** 16 characters by chance are 95 bits: nobody guesses them, however fast. Ones that somebody thought of may be guessed. */
const SHORTEST = 16

const token = processes.secret("CONTROL_TOKEN", {
  default: "",
  reason:
    "What an action must show (`Authorization: Bearer …`). Empty: one is made at the first start and kept in DATA_DIR/control-token."
})

export const CONTROL_SETTINGS = {
  ...TELEGRAM_SETTINGS,
  allowedHosts: processes.hosts("ALLOWED_HOSTS", {
    default: "",
    reason:
      "Names by which the page is asked for, beside localhost and HOST: those of a proxy in front. Others are refused, as of a page that has its own name point here (DNS rebinding)."
  }),
  farRecoveryDistancePct: capacity.number("FAR_RECOVERY_DISTANCE_PCT", {
    unit: "%",
    default: "3",
    within: [0, 100],
    reason:
      "How far from the market a recovery is before `cancel_stale_recoveries` takes it, where nobody says how far."
  }),
  farRecoveryCount: capacity.integer("FAR_RECOVERY_COUNT", {
    default: "8",
    within: [1, 100],
    reason: "How many it takes at most, where nobody says how many: each of them mostly closes at a loss."
  }),
  controlToken: {
    ...token,
    range: `empty, or ${SHORTEST} and more printable characters without spaces`,
    parse: (text: string): string => {
      if (text !== "" && text.length < SHORTEST) throw new Error(`is shorter than ${SHORTEST} characters`)
      // It travels in a header: what that cannot carry would never match.
      if (!/^[\x21-\x7e]*$/.test(text)) throw new Error("has spaces or characters that no header carries")
      return text
    }
  }
} as const
