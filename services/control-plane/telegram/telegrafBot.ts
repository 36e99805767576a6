/** The Bot API by telegraf: its client alone, which makes one HTTP call of each. Polling is ours, as updates must be confirmed after their effect. */
import { Effect, Redacted, Schema } from "effect"
import { Telegram, TelegramError } from "telegraf"
import { messageOf } from "../../../shared/core/messageOf.ts"
import { type BotApi, BotCallFailed, type Buttons, type OutMessage } from "./botApi.ts"

/** A call that is not answered by then has failed. Sending takes a second on a bad day. */
const ANSWER_WITHIN_MS = 20_000
/** A long poll is answered at its end; on the way back it may take as long as any other call. */
const pollWithinMs = (waitSec: number): number => waitSec * 1_000 + ANSWER_WITHIN_MS
/** Updates of one answer: Telegram's own limit. */
const MAX_UPDATES = 100
/** Of a wrong answer's text; more of it helps nobody. */
const MAX_PROBLEM = 300

const Me = Schema.Struct({ id: Schema.Int, username: Schema.String })
const Refusal = Schema.Struct({
  error_code: Schema.Int,
  description: Schema.optionalKey(Schema.String),
  parameters: Schema.optionalKey(Schema.Struct({ retry_after: Schema.optionalKey(Schema.Finite) }))
})

/** Text without the token: as it is, as a URL has it, and either half of it. */
const withoutToken = (token: string): ((text: string) => string) => {
  const [, secret = ""] = token.split(":")
  const forms = [token, encodeURIComponent(token), secret].filter((form) => form !== "")
  return (text) =>
    forms
      .reduce((safe, form) => safe.replaceAll(form, "(token)"), text)
      .replaceAll(/\/bot\d+:[^/\s]*/g, "/bot(token)")
      .slice(0, MAX_PROBLEM)
}

const keyboardOf = (buttons: Buttons | undefined) => ({
  inline_keyboard: (buttons ?? []).map((row) => row.map(({ text, data }) => ({ text, callback_data: data })))
})

const bodyOf = ({ html, buttons, silent }: OutMessage) => ({
  text: html,
  parse_mode: "HTML" as const,
  link_preview_options: { is_disabled: true },
  ...(buttons === undefined ? {} : { reply_markup: keyboardOf(buttons) }),
  ...(silent === true ? { disable_notification: true } : {})
})

const malformed = (method: string): BotCallFailed =>
  new BotCallFailed({ method, code: null, problem: "an answer that is none of Telegram's", retryAfterSec: null })

/** What was thrown, made anew: its own text may hold the token. */
const failureOf = (method: string, thrown: unknown, safe: (text: string) => string): BotCallFailed => {
  if (!(thrown instanceof TelegramError)) {
    return new BotCallFailed({ method, code: null, problem: safe(messageOf(thrown)), retryAfterSec: null })
  }
  // What stands in an answer is whatever the server sent.
  const refusal = Schema.decodeUnknownOption(Refusal)(thrown.response)
  if (refusal._tag === "None") return malformed(method)
  const { error_code: code, description = "refused without a word", parameters } = refusal.value
  return new BotCallFailed({ method, code, problem: safe(description), retryAfterSec: parameters?.retry_after ?? null })
}

/** `apiRoot`: Telegram's own server, or a local one that speaks as it does. */
export const telegrafBot = (token: Redacted.Redacted, apiRoot: string): BotApi => {
  const telegram = new Telegram(Redacted.value(token), { apiRoot })
  const safe = withoutToken(Redacted.value(token))

  const call = (method: Parameters<Telegram["callApi"]>[0], payload: object, withinMs = ANSWER_WITHIN_MS) =>
    Effect.tryPromise({
      // Each method has a payload type of its own; what is sent here is what `bodyOf` and the calls below make.
      try: (signal): Promise<unknown> => telegram.callApi(method, payload as never, { signal: signal as never }),
      catch: (thrown) => failureOf(method, thrown, safe)
    }).pipe(
      Effect.timeoutOrElse({
        duration: withinMs,
        orElse: () => {
          const problem = `no answer within ${withinMs / 1_000} s`
          return Effect.fail(new BotCallFailed({ method, code: null, problem, retryAfterSec: null }))
        }
      })
    )

  return {
    me: Effect.flatMap(call("getMe", {}), (answer) =>
      Effect.mapError(Schema.decodeUnknownEffect(Me)(answer), () => malformed("getMe"))
    ),
    updates: (offset, waitSec) =>
      call(
        "getUpdates",
        { offset, timeout: waitSec, limit: MAX_UPDATES, allowed_updates: ["message", "callback_query"] },
        pollWithinMs(waitSec)
      ).pipe(
        Effect.flatMap((answer) =>
          Array.isArray(answer)
            ? Effect.succeed<ReadonlyArray<unknown>>(answer.slice(0, MAX_UPDATES))
            : Effect.fail(malformed("getUpdates"))
        )
      ),
    send: (chat, message) => Effect.asVoid(call("sendMessage", { chat_id: chat, ...bodyOf(message) })),
    edit: (chat, messageId, message) =>
      call("editMessageText", { chat_id: chat, message_id: messageId, ...bodyOf(message) }).pipe(
        Effect.asVoid,
        Effect.catchIf(
          ({ code, problem }) => code === 400 && problem.includes("message is not modified"),
          () => Effect.void
        )
      ),
    answerPress: (pressId, text) => Effect.asVoid(call("answerCallbackQuery", { callback_query_id: pressId, text })),
    setMenu: (menu) => Effect.asVoid(call("setMyCommands", { commands: menu }))
  }
}
