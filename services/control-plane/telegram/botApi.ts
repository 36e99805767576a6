/**
 * As much of a messenger's Bot API as the chat needs: six calls. `telegrafBot.ts` makes it of telegraf; another library takes its place
 * behind these lines.
 */
import { Clock, Effect, Schema } from "effect"
import type { ChatWatch } from "./core/watch.ts"

/** A call that did not give what it should. `problem` never holds the token. */
export class BotCallFailed extends Schema.TaggedError<BotCallFailed>()("BotCallFailed", {
  method: Schema.String,
  /** As Telegram says it, like HTTP's; null: no answer, or one that is none of Telegram's. */
  code: Schema.NullOr(Schema.Int),
  problem: Schema.String,
  /** Seconds that Telegram asks to be left alone (429); null where it does not say. */
  retryAfterSec: Schema.NullOr(Schema.Finite)
}) {
  override get message(): string {
    return `Telegram, ${this.method}: ${this.code === null ? "" : `${this.code} `}${this.problem}`
  }
}

/** A button below a message. */
export interface Button {
  readonly text: string
  /** At most 64 bytes: what comes back when it is pressed. */
  readonly data: string
}

/** Rows of buttons. */
export type Buttons = ReadonlyArray<ReadonlyArray<Button>>

/** What is sent to one chat. */
export interface OutMessage {
  /** In Telegram's HTML, 1 to 4,096 characters. */
  readonly html: string
  readonly buttons?: Buttons
  /** Without a sound. */
  readonly silent?: boolean
}

/** One line of the menu. */
export interface MenuLine {
  readonly command: string
  readonly description: string
}

/** The calls. Each ends with its fiber: an interrupted one is given up on the wire too. */
export interface BotApi {
  /** Who the bot is. */
  readonly me: Effect.Effect<{ readonly id: number; readonly username: string }, BotCallFailed>
  /** Updates from `offset` on, as they came; those before are confirmed and never come again. Waits up to `waitSec` for the first. */
  readonly updates: (offset: number, waitSec: number) => Effect.Effect<ReadonlyArray<unknown>, BotCallFailed>
  readonly send: (chat: number, message: OutMessage) => Effect.Effect<void, BotCallFailed>
  /** Puts `message` in the place of one that stands. That nothing of it has changed is no failure. */
  readonly edit: (chat: number, messageId: number, message: OutMessage) => Effect.Effect<void, BotCallFailed>
  /** Ends the waiting that a pressed button shows; `text` appears for a moment. */
  readonly answerPress: (pressId: string, text: string) => Effect.Effect<void, BotCallFailed>
  readonly setMenu: (menu: ReadonlyArray<MenuLine>) => Effect.Effect<void, BotCallFailed>
}

/** The same calls; what each of them came to is told. */
export const watchedBot = (api: BotApi, note: (heard: Partial<ChatWatch>) => void): BotApi => {
  const heard = <A>(call: Effect.Effect<A, BotCallFailed>, more: (answer: A, nowMs: number) => Partial<ChatWatch>) =>
    call.pipe(
      Effect.tap((answer) =>
        Effect.map(Clock.currentTimeMillis, (nowMs) => note({ lastAnswerMs: nowMs, ...more(answer, nowMs) }))
      ),
      Effect.tapError(({ message }) =>
        Effect.map(Clock.currentTimeMillis, (nowMs) => note({ lastError: { atMs: nowMs, text: message } }))
      )
    )
  const nothingMore = () => ({})
  return {
    me: heard(api.me, nothingMore),
    updates: (offset, waitSec) =>
      heard(api.updates(offset, waitSec), (answer, nowMs) => (answer.length === 0 ? {} : { lastUpdateMs: nowMs })),
    send: (chat, message) => heard(api.send(chat, message), nothingMore),
    edit: (chat, messageId, message) => heard(api.edit(chat, messageId, message), nothingMore),
    answerPress: (pressId, text) => heard(api.answerPress(pressId, text), nothingMore),
    setMenu: (menu) => heard(api.setMenu(menu), nothingMore)
  }
}
