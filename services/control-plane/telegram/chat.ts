/** What a chat asks, and what comes of it: the same actions and figures as on the page. */
import { Effect } from "effect"
import { monotonicMs } from "../../../shared/monotonic.ts"
import type { ArgumentDefaults } from "../actions/actionRequest.ts"
import type { Act } from "../actions/actions.ts"
import type { StatusReport } from "../core/report.ts"
import { MarketViews } from "../marketViews.ts"
import { makeAsking } from "./asking.ts"
import type { BotApi, Buttons } from "./botApi.ts"
import { type Typed, typedOf } from "./core/commands.ts"
import { pressedOf, REFRESH, softCloseData } from "./core/pressed.ts"
import { firstRecoveries } from "./core/replies/recoveries.ts"
import { NOBODY, type Strangers, strangerCame } from "./core/strangers.ts"
import { reply, type Said } from "./deliver.ts"
import type { Update } from "./updates.ts"
import { viewLines } from "./views.ts"

/** What a chat is answered from. */
export interface ChatOptions {
  readonly act: Act
  /** The newest status report. */
  readonly report: () => StatusReport
  readonly defaults: ArgumentDefaults
  /** Who is let in. */
  readonly chats: ReadonlyArray<number>
  /** The bot as Telegram knows it. */
  readonly bot: { readonly id: number; readonly username: string }
}

type Press = Extract<Update, { readonly _tag: "Press" }>
type Message = Extract<Update, { readonly _tag: "Message" }>
type View = Extract<Typed, { readonly _tag: "View" }>

const REFRESH_BUTTON: Buttons = [[{ text: "Refresh", data: REFRESH }]]

/** Which recovery? */
const pickerOf = (report: StatusReport): Said => {
  const found = firstRecoveries(report)
  if (found.length === 0) return { lines: ["There is no recovery to close."] }
  const buttons = found.map(({ text, slot, recovery }) => [{ text, data: softCloseData(slot, recovery) }])
  return { lines: [{ bold: "Which recovery?" }, "It moves next to the market."], buttons }
}

/** Answers updates, one after the other. Whoever asked is told what went wrong. */
export const makeChat = Effect.fn("makeChat")(function* (api: BotApi, options: ChatOptions) {
  const { act, report, defaults, chats, bot } = options
  const views = yield* MarketViews
  let strangers: Strangers = NOBODY
  const say = (chat: number, said: Said) => Effect.asVoid(reply(api, chat, said))
  const asking = yield* makeAsking({ act, defaults, botId: bot.id, say })

  const view = Effect.fnUntraced(function* (chat: number, { view: name, words }: View, place: Pick<Said, "insteadOf">) {
    const { governor, status } = yield* views.current
    const lines = viewLines(name, { report: report(), governor, nowMs: status.nowMs }, words)
    yield* say(chat, { lines, ...(name === "status" ? { buttons: REFRESH_BUTTON } : {}), ...place })
  })

  const message = ({ id: update, chat, author, text }: Message): Effect.Effect<void> => {
    const typed = typedOf(text, bot.username)
    switch (typed._tag) {
      case "View":
        return view(chat, typed, {})
      case "Pick":
        return say(chat, pickerOf(report()))
      case "Unknown":
        return say(chat, { lines: typed.lines })
      case "Action":
        return asking.action({ update, chat, author }, typed.body, typed.command.asks)
      case "NotForUs":
        return Effect.void
    }
  }

  const press = Effect.fnUntraced(function* ({ id: update, chat, author, messageId, pressId, data }: Press) {
    const what = pressedOf(data)
    // Not worth a second attempt: it ends a waiting that the phone shows.
    yield* Effect.ignore(api.answerPress(pressId, what === null ? "This button is none of mine." : ""))
    if (what === null) return
    const place = { insteadOf: messageId }
    switch (what._tag) {
      case "Refresh":
        return yield* view(chat, { _tag: "View", view: "status", words: [] }, place)
      case "SoftClose": {
        const body = { action: "soft_close", slot_id: what.slot, recovery_id: what.recovery }
        return yield* asking.action({ update, chat, author, ...place }, body, true)
      }
      case "Confirm":
      case "Cancel":
        return yield* asking.decide({ update: what.update, chat, author, ...place }, what._tag === "Confirm")
    }
  })

  const stranger = Effect.fnUntraced(function* ({ chat, author }: Press | Message) {
    const came = strangerCame(strangers, chat, yield* monotonicMs)
    strangers = came.strangers
    if (came.tell === null) return
    const others = came.tell.others === 0 ? "" : ` ${came.tell.others} messages like it were not told.`
    const line = `Chat ${chat} (${author}) has written and is not let in: it gets no answer.${others} To let it in: TELEGRAM_CHAT_IDS.`
    yield* Effect.logWarning(`telegram: ${line}`)
    yield* Effect.forEach(chats, (known) => say(known, { lines: [line] }), { discard: true })
  })

  return (update: Update): Effect.Effect<void> => {
    if (update._tag === "Other") return Effect.void
    if (!chats.includes(update.chat)) return stranger(update)
    return update._tag === "Message" ? message(update) : press(update)
  }
})
