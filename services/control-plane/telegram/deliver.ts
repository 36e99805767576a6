/** Messages on their way: sent again where that helps, as long as it is worth waiting for. */
import { Effect } from "effect"
import type { BotApi, BotCallFailed, Buttons, OutMessage } from "./botApi.ts"
import { type Line, messagesOf } from "./core/lines.ts"
import { mayBeSentAgain, pauseMs } from "./core/pauses.ts"

/** A reply that comes after some attempts answers nobody any more; the next update waits behind it. */
const REPLY_ATTEMPTS = 4

/** What is said. */
export interface Said {
  readonly lines: ReadonlyArray<Line>
  /** Below the last message. */
  readonly buttons?: Buttons
  readonly silent?: boolean
  /** In place of this message. */
  readonly insteadOf?: number
}

/** Tries until it is taken, refused for good, or tried `attempts` times; true where it was taken. What goes wrong is logged. */
const sent = Effect.fnUntraced(function* (call: Effect.Effect<void, BotCallFailed>, attempts: number) {
  for (let attempt = 1; ; attempt++) {
    const failed = yield* Effect.match(call, { onSuccess: () => null, onFailure: (failure) => failure })
    if (failed === null) return true
    const ends = !mayBeSentAgain(failed) || attempt >= attempts
    // Every attempt of an outage would fill the log.
    if (ends || attempt === 1) yield* Effect.logWarning(`${failed.message}${ends ? "; not sent" : ""}`)
    if (ends) return false
    yield* Effect.sleep(pauseMs(failed, attempt))
  }
})

const parts = ({ lines, buttons, silent }: Said): ReadonlyArray<OutMessage> => {
  const messages = messagesOf(lines)
  return messages.map((html, at) => ({
    html,
    ...(silent === undefined ? {} : { silent }),
    ...(buttons === undefined || at < messages.length - 1 ? {} : { buttons })
  }))
}

/** Sends to one chat; `attempts`: `Infinity` for what must not be lost to an outage. True where all of it was taken. */
const deliver = Effect.fnUntraced(function* (api: BotApi, chat: number, said: Said, attempts: number) {
  const { insteadOf } = said
  const messages = parts(said)
  const [first] = messages
  if (insteadOf !== undefined && first !== undefined && messages.length === 1) {
    // Without buttons of its own it loses those it had.
    return yield* sent(api.edit(chat, insteadOf, { buttons: [], ...first }), attempts)
  }
  for (const message of messages) {
    if (!(yield* sent(api.send(chat, message), attempts))) return false
  }
  return true
})

/** Answers somebody. */
export const reply = (api: BotApi, chat: number, said: Said): Effect.Effect<boolean> =>
  deliver(api, chat, said, REPLY_ATTEMPTS)

/** Tells a chat something, however long Telegram is away. */
export const tell = (api: BotApi, chat: number, said: Said): Effect.Effect<boolean> =>
  deliver(api, chat, said, Number.POSITIVE_INFINITY)
