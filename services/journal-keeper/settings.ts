/** When an era is long enough to be sealed. */
import { SettingGroup } from "../../shared/config/setting.ts"

const process = new SettingGroup("Process")

export const KEEPER_SETTINGS = {
  sealEveryRecords: process.integer("SEAL_EVERY_RECORDS", {
    default: "50000",
    within: [0, 60_000],
    reason:
      "An era is sealed after so many records: some hours of a market, folded again in a few seconds. 0: never by their number."
  }),
  sealEveryDays: process.number("SEAL_EVERY_DAYS", {
    unit: "days",
    default: "7",
    within: [0, 365],
    reason: "An era is sealed after so many days of the machine's clock, however few its records. 0: never by its age."
  })
} as const
