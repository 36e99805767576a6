/** The chat in words: whether it listens, who does, and what went wrong last. Pure. */
import type { StatusReport } from "../../../core/report.ts"
import { counted } from "../../kit/format.ts"

type Chat = NonNullable<StatusReport["telegram"]>

/** What is said of the chat above its figures. */
export const chatStands = (chat: Chat): { readonly text: string; readonly tone: "" | "good" | "warn" } => {
  if (!chat.enabled) return { text: "No bot runs here: TELEGRAM_BOT_TOKEN is not set for this process.", tone: "" }
  if (chat.chats === 0) return { text: "A bot runs, and no chat is let in: TELEGRAM_CHAT_IDS is empty.", tone: "warn" }
  const whom = `${counted(chat.chats, "chat")} let in`
  if (!chat.polls && chat.lease_holder !== null) return { text: `Another process has the lease; ${whom}.`, tone: "" }
  if (!chat.polls) return { text: `Nobody listens yet; ${whom}.`, tone: "warn" }
  // The newest word of Telegram decides: an error that came before an answer is over.
  const isAway = chat.last_error !== null && chat.last_error.at > (chat.last_answer_at ?? 0)
  if (isAway) return { text: `It asks for messages, and the last call failed; ${whom}.`, tone: "warn" }
  return { text: `It listens; ${whom}.`, tone: "good" }
}

/** When it does not sound. */
export const quietText = ({ quiet_hours: hours, quiet_now: now }: Chat): string =>
  hours === null ? "none" : `${hours}${now === true ? ": now, only what is urgent sounds" : ""}`
