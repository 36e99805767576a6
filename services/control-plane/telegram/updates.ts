/** What Telegram delivers, read at the border: as much of an update as is acted on, anything else put aside by its number. */
import { Schema } from "effect"

const Id = Schema.Int.check(Schema.isBetween({ minimum: -(2 ** 52), maximum: 2 ** 52 }))
const From = Schema.Struct({ id: Id, username: Schema.optionalKey(Schema.String) })
const Chat = Schema.Struct({ id: Id })

const Numbered = Schema.Struct({ update_id: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 2 ** 52 })) })

const MessageUpdate = Schema.Struct({
  message: Schema.Struct({ chat: Chat, from: Schema.optionalKey(From), text: Schema.String })
})

const PressUpdate = Schema.Struct({
  callback_query: Schema.Struct({
    id: Schema.String.check(Schema.isMaxLength(64)),
    from: From,
    data: Schema.String.check(Schema.isMaxLength(64)),
    message: Schema.Struct({ message_id: Id, chat: Chat })
  })
})

/** One update. `id` is Telegram's number of it: the same however often it is delivered. */
export type Update =
  | {
      readonly _tag: "Message"
      readonly id: number
      readonly chat: number
      readonly author: string
      readonly text: string
    }
  | {
      readonly _tag: "Press"
      readonly id: number
      readonly chat: number
      readonly author: string
      /** The message whose button was pressed. */
      readonly messageId: number
      readonly pressId: string
      readonly data: string
    }
  /** Nothing that is acted on. */
  | { readonly _tag: "Other"; readonly id: number }

/** More of a message than any command has. */
const MAX_TEXT = 4_096
/** Telegram's names have at most 32. */
const MAX_NAME = 32

/** As the journal and the page name who asked. */
const authorOf = (from: typeof From.Type | undefined, chat: number): string =>
  from === undefined ? `telegram:chat ${chat}` : `telegram:${(from.username ?? String(from.id)).slice(0, MAX_NAME)}`

const numbered = Schema.decodeUnknownOption(Numbered)
const asMessage = Schema.decodeUnknownOption(MessageUpdate)
const asPress = Schema.decodeUnknownOption(PressUpdate)

/** Null: it has not even a number, and cannot be confirmed by itself. */
export const readUpdate = (raw: unknown): Update | null => {
  const number = numbered(raw)
  if (number._tag === "None") return null
  const id = number.value.update_id
  const message = asMessage(raw)
  if (message._tag === "Some") {
    const { chat, from, text } = message.value.message
    return { _tag: "Message", id, chat: chat.id, author: authorOf(from, chat.id), text: text.slice(0, MAX_TEXT) }
  }
  const press = asPress(raw)
  if (press._tag === "None") return { _tag: "Other", id }
  const { id: pressId, from, data, message: below } = press.value.callback_query
  return {
    _tag: "Press",
    id,
    chat: below.chat.id,
    author: authorOf(from, below.chat.id),
    messageId: below.message_id,
    pressId,
    data
  }
}
