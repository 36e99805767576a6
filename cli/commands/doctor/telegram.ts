/** The bot: does Telegram know it, and who may speak with it? Nothing of it keeps a market from trading. */
import { Effect } from "effect"
import type { Settings } from "../../../app/settings.ts"
import { telegramOf } from "../../../services/control-plane/telegram/options.ts"
import { type Check, ok, warn } from "./check.ts"

/** Asks Telegram for the bot of the token, where one is set. */
export const telegramCheck = (settings: Settings): Check<never> => ({
  what: "telegram",
  look: Effect.gen(function* () {
    const telegram = yield* telegramOf(settings)
    if (telegram === null) return [ok("telegram", "off: TELEGRAM_BOT_TOKEN is not set")]
    const { api, chats } = telegram
    if (chats.length === 0) {
      const advice = "write to the bot: the log names your chat; then TELEGRAM_CHAT_IDS=<its number>"
      return [warn("telegram", "TELEGRAM_CHAT_IDS is empty: nobody is answered, and nobody is told", advice)]
    }
    return yield* Effect.match(api.me, {
      onSuccess: ({ username }) => [ok("telegram", `the bot is @${username}, ${chats.length} chats are let in`)],
      onFailure: ({ code, message }) => [
        warn(
          "telegram",
          message,
          code === 401 || code === 404
            ? "take the token from BotFather anew (/token), and set TELEGRAM_BOT_TOKEN"
            : "see whether TELEGRAM_API_URL is reachable; the bot tries again by itself"
        )
      ]
    })
  })
})
