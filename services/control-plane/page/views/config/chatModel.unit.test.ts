import { describe, expect, it } from "vitest"
import { START_MS } from "../../../testing/examples.ts"
import { type ChatWatch, chatView, watchOf } from "../../../telegram/core/watch.ts"
import { isQuietAt } from "../../../telegram/settings.ts"
import { chatStands, quietText } from "./chatModel.ts"

const quiet = watchOf(1, { fromMin: 780, toMin: 900, zone: "UTC" })
const at = (watch: ChatWatch | null, wallMs: number) => chatView(watch, isQuietAt(watch?.quietHours ?? null, wallMs))
const polling = { ...quiet, pollsSinceMs: START_MS, holder: "a", lastAnswerMs: START_MS }
const failed = (atMs: number) => ({ ...polling, lastError: { atMs, text: "Telegram, getUpdates: 502 Bad Gateway" } })

describe("the chat", () => {
  it.each([
    ["no token is set", null, "No bot runs here: TELEGRAM_BOT_TOKEN is not set for this process."],
    ["nobody is let in", watchOf(0, null), "A bot runs, and no chat is let in: TELEGRAM_CHAT_IDS is empty."],
    ["nobody has the lease", quiet, "Nobody listens yet; 1 chat let in."],
    ["another process has it", { ...quiet, holder: "b" }, "Another process has the lease; 1 chat let in."],
    ["it polls", polling, "It listens; 1 chat let in."],
    ["its last call failed", failed(START_MS + 1), "It asks for messages, and the last call failed; 1 chat let in."],
    ["a failure is over", failed(START_MS - 1), "It listens; 1 chat let in."]
  ])("where %s says so", (_where, watch, text) => {
    expect(chatStands(at(watch, START_MS)).text).toBe(text)
  })

  it("says its quiet hours, and whether they are now", () => {
    expect(quietText(at(quiet, START_MS))).toBe("13:00-15:00 UTC: now, only what is urgent sounds")
    expect(quietText(at(quiet, START_MS + 3_600_000))).toBe("13:00-15:00 UTC")
    expect(quietText(at(watchOf(1, null), START_MS))).toBe("none")
  })

  it("knows nothing where no bot runs: null, and no time that never was", () => {
    expect(at(null, START_MS)).toEqual({
      enabled: false,
      chats: 0,
      polls: false,
      polls_since: null,
      last_answer_at: null,
      last_update_at: null,
      last_error: null,
      lease_holder: null,
      quiet_hours: null,
      quiet_now: null
    })
  })
})
