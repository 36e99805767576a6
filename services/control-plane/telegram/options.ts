/** The chat as the settings have it. */
import { Effect, Redacted } from "effect"
import type { ValuesOf } from "../../../shared/config/table.ts"
import { isTimeZone } from "../../../shared/timeOfDay.ts"
import { quietHoursOf } from "./core/quietHours.ts"
import { type TELEGRAM_SETTINGS, volumesOf } from "./settings.ts"
import type { TelegramOptions } from "./telegram.ts"

/** Null: no bot runs. The library is loaded only where there is one. */
export const telegramOf = Effect.fn("telegramOf")(function* (settings: ValuesOf<typeof TELEGRAM_SETTINGS>) {
  const { telegramToken: token, telegramChats: chats, telegramApi, telegramQuietHours } = settings
  if (token === "") return null
  const { telegrafBot } = yield* Effect.promise(() => import("./telegrafBot.ts"))
  const api = telegrafBot(Redacted.make(token), telegramApi)
  const quietHours = quietHoursOf(telegramQuietHours, isTimeZone)
  return { api, chats, volumes: volumesOf(settings), quietHours } satisfies TelegramOptions
})
