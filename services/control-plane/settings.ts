/** The control plane's own settings: who may act through it. */
import { SettingGroup } from "../../shared/config/setting.ts"

const processes = new SettingGroup("Process")

/** Shorter ones can be guessed at ten tries a second. */
const SHORTEST = 16

const token = processes.secret("CONTROL_TOKEN", {
  default: "",
  reason:
    "What an action must show (`Authorization: Bearer …`). Empty: one is made at the first start and kept in DATA_DIR/control-token."
})

export const CONTROL_SETTINGS = {
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
