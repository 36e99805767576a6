/** Actions from a chat: what they would do, the button that does it, and what came of it. */
import { Effect, Result } from "effect"
import { ACTIONS } from "../../../shared/core/actions/actions.ts"
import type { Command } from "../../../shared/events/families/command.ts"
import { monotonicMs } from "../../../shared/monotonic.ts"
import { type ActionRequest, type ArgumentDefaults, readAction } from "../actions/actionRequest.ts"
import type { Act, ActionAnswer } from "../actions/actions.ts"
import type { AskedCommand } from "../core/status/state.ts"
import { MarketViews } from "../marketViews.ts"
import type { Buttons } from "./botApi.ts"
import type { Line } from "./core/lines.ts"
import { closed, NOTHING_OPEN, type Open, OPEN_FOR_MS, opened, type Waiting, waitingFor } from "./core/open.ts"
import { cancelData, confirmData } from "./core/pressed.ts"
import type { Said } from "./deliver.ts"

/** What was asked for, by the update that asked. */
export interface Asking {
  readonly update: number
  readonly chat: number
  readonly author: string
  /** The message that the answer takes the place of. */
  readonly insteadOf?: number
}

/** What actions need, and how an answer is given. */
export interface AskingOptions {
  readonly act: Act
  readonly defaults: ArgumentDefaults
  readonly botId: number
  readonly say: (chat: number, said: Said) => Effect.Effect<void>
}

const WITHIN = `${OPEN_FOR_MS / 60_000} min`
const NOT_OPEN = "This is no longer open: what it would do may have changed. Ask again."
/** Lines of a preview that are kept beside the command: as many as an action's body may hold. */
const MAX_KEPT = 50

const decisionButtons = (update: number): Buttons => [
  [
    { text: "Do it", data: confirmData(update) },
    { text: "Leave it", data: cancelData(update) }
  ]
]

const titleOf = (command: Command): string => ACTIONS[command.name].title

/** What came of an action, for people. */
const outcomeLines = (title: string, answer: ActionAnswer): ReadonlyArray<Line> => {
  const { result, effects, reason, repeated } = answer
  const why = reason === null ? [] : [reason.sentence]
  const before = repeated ? ["It had been asked before; this is what came of it then."] : []
  if (result === "applied") return [{ bold: `Done: ${title}` }, ...before, ...(effects.length === 0 ? why : effects)]
  if (result === "refused") return [{ bold: `Refused: ${title}` }, ...before, ...why]
  return [
    { bold: `Asked: ${title}` },
    ...before,
    "It stands in the journal, and takes effect once. No answer yet: /status"
  ]
}

/** The journal did not answer: nobody knows whether it stands there. */
const unknownLines = (title: string, problem: string): ReadonlyArray<Line> => [
  { bold: `Not known: ${title}` },
  problem,
  "It takes effect once, however often it is asked: press again, or look at /status."
]

/** What a command that stands in the journal has come to; `asked` is undefined where none is known. */
const standingLines = (asked: AskedCommand | undefined): ReadonlyArray<Line> => {
  if (asked === undefined) return [NOT_OPEN]
  const title = titleOf(asked.command)
  if (asked.answer === null) return [{ bold: `Asked: ${title}` }, "No answer yet: /status"]
  return [{ bold: `${asked.answer.applied ? "Done" : "Refused"}: ${title}` }]
}

const placeOf = ({ insteadOf }: Asking): Pick<Said, "insteadOf"> => (insteadOf === undefined ? {} : { insteadOf })

/** Carries actions out, by message and by button. */
export const makeAsking = Effect.fn("makeAsking")(function* ({ act, defaults, botId, say }: AskingOptions) {
  const views = yield* MarketViews
  let open: Open = NOTHING_OPEN
  /** An update is the command that it asks for: delivered again it has no second effect. */
  const idOf = (update: number): string => `tg-${botId}-${update}`

  const keepOpen = Effect.fnUntraced(function* ({ update, chat }: Asking, request: Waiting["request"]) {
    const nowMs = yield* monotonicMs
    open = opened(open, update, { request, chat, untilMs: nowMs + OPEN_FOR_MS }, nowMs)
  })

  /** Does it, and says what came of it. Where that is not known it stays open. */
  const carryOut = Effect.fnUntraced(function* (asking: Asking, request: Waiting["request"]) {
    const { update, author, chat } = asking
    const title = titleOf(request.command)
    const done = yield* Effect.result(act({ ...request, id: idOf(update), author, preview: false }))
    if (Result.isSuccess(done)) {
      open = closed(open, update)
      return yield* say(chat, { lines: outcomeLines(title, done.success), ...placeOf(asking) })
    }
    const lines = unknownLines(title, done.failure.message)
    yield* say(chat, { lines, buttons: decisionButtons(update), ...placeOf(asking) })
  })

  /** Shows what it would do, and asks. */
  const ask = Effect.fnUntraced(function* (asking: Asking, request: ActionRequest) {
    const { chat, update } = asking
    const { command, hints } = request
    const shown = yield* Effect.result(act({ ...request, preview: true }))
    if (Result.isFailure(shown)) return yield* say(chat, { lines: [shown.failure.message], ...placeOf(asking) })
    const { result, effects, reason } = shown.success
    if (result !== "would_apply") {
      const why = reason === null ? [] : [reason.sentence]
      return yield* say(chat, {
        lines: [{ bold: `Would be refused: ${titleOf(command)}` }, ...why],
        ...placeOf(asking)
      })
    }
    yield* keepOpen(asking, { command, hints, shown: effects.slice(0, MAX_KEPT) })
    const lines = [{ bold: `${titleOf(command)}?` }, ACTIONS[command.name].about, ...effects, `Open for ${WITHIN}.`]
    yield* say(chat, { lines, buttons: decisionButtons(update), ...placeOf(asking) })
  })

  /** An action with its arguments as they were typed. `asks`: it is shown first. */
  const action = Effect.fnUntraced(function* (asking: Asking, body: Readonly<Record<string, unknown>>, asks: boolean) {
    const read = readAction(body, defaults)
    if (Result.isFailure(read)) return yield* say(asking.chat, { lines: [read.failure, "/help says what it takes."] })
    if (asks) return yield* ask(asking, read.success)
    yield* keepOpen(asking, read.success)
    yield* carryOut(asking, read.success)
  })

  /** A button below what was shown. `update`: the one that asked then. A press that comes late, or twice, is told what came of it. */
  const decide = Effect.fnUntraced(function* (asking: Asking, confirmed: boolean) {
    const { update, chat } = asking
    const waiting = waitingFor(open, update, chat, yield* monotonicMs)
    if (waiting === null) {
      const { commands } = (yield* views.current).status
      const lines = standingLines(commands.find(({ commandId }) => commandId === idOf(update)))
      return yield* say(chat, { lines, ...placeOf(asking) })
    }
    if (confirmed) return yield* carryOut(asking, waiting.request)
    open = closed(open, update)
    yield* say(chat, { lines: [`Left: ${titleOf(waiting.request.command)}. Nothing was done.`], ...placeOf(asking) })
  })
  return { action, decide }
})
