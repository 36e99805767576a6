/** The settings of the chat: which bot, who may speak with it, and what it tells of itself. */
import { Schema } from "effect"
import { type Setting, SettingGroup } from "../../../shared/config/setting.ts"
import { type NoticeKind, type Volumes, VOLUMES } from "./core/notices.ts"
import { isTimeZone, minuteOfDayIn } from "../../../shared/timeOfDay.ts"
import { isQuietMinute, type QuietHours, quietHoursOf } from "./core/quietHours.ts"

const telegram = new SettingGroup("Telegram")

/** Chats that are let in: an operator's own, and a group or two. */
const MAX_CHATS = 20
/** Telegram's numbers of chats have at most 52 bits. */
const MAX_CHAT = 2 ** 52

const chatOf = (text: string): number => {
  const chat = /^-?\d{1,16}$/.test(text) ? Number(text) : Number.NaN
  if (!(Math.abs(chat) <= MAX_CHAT) || chat === 0) throw new Error(`holds "${text}", which is no chat's number`)
  return chat
}

const names = telegram.names("TELEGRAM_CHAT_IDS", {
  default: "",
  alsoCalled: ["TELEGRAM_CHAT_ID"],
  reason:
    "Chats that may ask and act: everybody in them. All others get no answer, and their number is told here and in the log. Empty: nobody."
})

const chatIds: Setting<ReadonlyArray<number>> = {
  ...names,
  range: `chat numbers with commas between them, at most ${MAX_CHATS}; those of groups are negative`,
  parse: (text) => {
    const chats = [...new Set(names.parse(text).map(chatOf))]
    if (chats.length > MAX_CHATS) throw new Error(`names ${chats.length} chats, at most ${MAX_CHATS} are let in`)
    return chats
  },
  schema: Schema.Array(Schema.Int)
}

const secret = telegram.secret("TELEGRAM_BOT_TOKEN", {
  default: "",
  alsoCalled: ["TELEGRAM_TOKEN"],
  reason: "The bot's token, as BotFather gives it. Empty: no bot runs. Whoever has it reads what the bot is told."
})

const hours = telegram.text("TELEGRAM_QUIET_HOURS", {
  default: "",
  range: "empty, or `22:00-07:00` (UTC), or `22:00-07:00 Europe/Berlin`",
  reason:
    "Hours in which people are not woken: what is told with a sound comes without one. Halts, faults, a closed loss lock, an access that the exchange refuses and every alert still sound, where their kind does. Empty: none."
})

const quietHours: Setting<string> = {
  ...hours,
  parse: (text) => {
    quietHoursOf(text, isTimeZone)
    return text
  }
}

const told = (name: string, what: string, standard: (typeof VOLUMES)[number]) =>
  telegram.choice(name, {
    of: VOLUMES,
    default: standard,
    reason: `How the chats are told of ${what}: with a sound, without one, or not at all.`
  })

/** Every setting of the chat. */
export const TELEGRAM_SETTINGS = {
  telegramToken: {
    ...secret,
    range: "empty, or digits, a colon and 30 and more letters, digits, `_`, `-`",
    parse: (text: string): string => {
      if (text !== "" && !/^\d{1,20}:[A-Za-z0-9_-]{30,100}$/.test(text)) {
        throw new Error("is no token as BotFather gives it")
      }
      return text
    }
  },
  telegramChats: chatIds,
  telegramApi: telegram.url("TELEGRAM_API_URL", {
    default: "https://api.telegram.org",
    schemes: ["https", "http"],
    reason: "Telegram's server, or a local Bot API server."
  }),
  telegramQuietHours: quietHours,
  telegramFills: told("TELEGRAM_FILLS", "fills and booked cycles", "off"),
  telegramOrphanPressure: told(
    "TELEGRAM_ORPHAN_PRESSURE",
    "recoveries that pile up, and those that are evicted",
    "silent"
  ),
  telegramDrift: told("TELEGRAM_DRIFT", "open orders that differ from the exchange's", "on"),
  telegramLossLock: told("TELEGRAM_LOSS_LOCK", "the daily loss lock", "on"),
  telegramPause: told("TELEGRAM_PAUSE", "pauses and their ends", "on"),
  telegramHalt: told("TELEGRAM_HALT", "halts, faults and slots that stop themselves", "on"),
  telegramJobs: told(
    "TELEGRAM_JOBS",
    "backfills and trainings that somebody asked for, and history that failed",
    "silent"
  ),
  telegramOther: told(
    "TELEGRAM_OTHER",
    "whatever else is a notice: room for orders, audits, terms and balances that change, levels that are touched",
    "silent"
  )
} as const

/** The volume of each kind, as set. */
export const volumesOf = (settings: {
  readonly [
    K in keyof typeof TELEGRAM_SETTINGS as K extends
      | "telegramToken"
      | "telegramChats"
      | "telegramApi"
      | "telegramQuietHours"
      ? never
      : K
  ]: Volumes[NoticeKind]
}): Volumes => ({
  fills: settings.telegramFills,
  orphan_pressure: settings.telegramOrphanPressure,
  drift: settings.telegramDrift,
  loss_lock: settings.telegramLossLock,
  pause: settings.telegramPause,
  halt: settings.telegramHalt,
  jobs: settings.telegramJobs,
  other: settings.telegramOther
})

/** Whether only what is urgent sounds at this moment, Unix milliseconds of the wall; null where no quiet hours are set. */
export const isQuietAt = (hours: QuietHours | null, wallMs: number): boolean | null =>
  hours === null ? null : isQuietMinute(hours, minuteOfDayIn(hours.zone, wallMs))
