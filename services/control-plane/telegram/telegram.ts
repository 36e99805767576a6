/** The chat as a whole: one process at a time listens, answers and tells, for as long as its scope lives. */
import { randomUUID } from "node:crypto"
import { Clock, Effect } from "effect"
import type { MarketSubjects } from "../../../shared/core/ids/subjects.ts"
import { Journal } from "../../../shared/journal/port.ts"
import type { ArgumentDefaults } from "../actions/actionRequest.ts"
import { makeActions } from "../actions/actions.ts"
import type { StatusReport } from "../core/report.ts"
import { MarketViews } from "../marketViews.ts"
import { type BotApi, watchedBot } from "./botApi.ts"
import { makeChat } from "./chat.ts"
import { MENU } from "./core/commands.ts"
import type { Volumes } from "./core/notices.ts"
import { pollPauseMs } from "./core/pauses.ts"
import type { QuietHours } from "./core/quietHours.ts"
import type { ChatWatch } from "./core/watch.ts"
import { makeLease } from "./lease.ts"
import { notifyForever } from "./notify.ts"
import { pollForever } from "./poll.ts"

/** Which bot, whom it lets in, what it tells. */
export interface TelegramOptions {
  readonly api: BotApi
  readonly chats: ReadonlyArray<number>
  readonly volumes: Volumes
  readonly quietHours: QuietHours | null
}

/** What it is about, beside. */
export interface TelegramMarket {
  readonly subjects: MarketSubjects
  readonly defaults: ArgumentDefaults
  /** The newest status report. */
  readonly report: () => StatusReport
  /** Exchange seconds per wall second. */
  readonly speed: number
  /** Told what is heard of the chat itself. */
  readonly note: (heard: Partial<ChatWatch>) => void
}

/** How the journal's history is waited for. */
const HISTORY_EVERY_MS = 1_000

/** Runs for ever; whatever goes wrong outside is waited out, and trading knows nothing of it. */
export const runTelegram = Effect.fn("runTelegram")(function* (
  { api: unwatched, chats, volumes, quietHours }: TelegramOptions,
  { subjects, defaults, report, speed, note }: TelegramMarket
) {
  const api = watchedBot(unwatched, note)
  const views = yield* MarketViews
  const journal = yield* Journal
  const act = yield* makeActions(subjects)
  const seen = (holder: string | null) => note({ holder })
  const lease = yield* makeLease({ subjects, what: "telegram", holder: randomUUID(), speed, seen })

  const introduced = Effect.gen(function* () {
    for (let attempt = 1; ; attempt++) {
      const bot = yield* Effect.result(api.me)
      if (bot._tag === "Success") return bot.success
      if (attempt === 1) yield* Effect.logWarning(`${bot.failure.message}; tries again`)
      yield* Effect.sleep(pollPauseMs(bot.failure, attempt))
    }
  })

  /** What has not been folded yet would be shown as it was long ago, and a lease reckoned from it. */
  const caughtUp = Effect.gen(function* () {
    for (;;) {
      const head = yield* journal.head.pipe(Effect.catch(() => Effect.succeed(Number.POSITIVE_INFINITY)))
      if ((yield* views.current).seq >= head) return
      yield* Effect.sleep(HISTORY_EVERY_MS)
    }
  })

  yield* caughtUp
  const bot = yield* introduced
  yield* Effect.logInfo(`telegram: the bot is @${bot.username}, ${chats.length} chats are let in`)
  const { market } = report()
  return yield* lease.whileHeld((toldSeq) =>
    Effect.gen(function* () {
      note({ pollsSinceMs: yield* Clock.currentTimeMillis })
      yield* api.setMenu(MENU).pipe(Effect.catch(({ message }) => Effect.logWarning(message)))
      const handle = yield* makeChat(api, { act, report, defaults, chats, bot })
      const telling = notifyForever(
        api,
        { subjects, chats, volumes, quietHours, base: market.base, quote: market.quote, done: lease.done },
        toldSeq
      )
      return yield* Effect.raceFirst(pollForever(api, handle), telling)
    }).pipe(
      Effect.ensuring(Effect.sync(() => note({ pollsSinceMs: null }))),
      Effect.provideService(MarketViews, views),
      Effect.provideService(Journal, journal)
    )
  )
})
