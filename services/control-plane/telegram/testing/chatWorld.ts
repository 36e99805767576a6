/** A control plane with a chat, over a market and a Bot API server that tests move by hand. */
import { Context, Effect, Exit, Layer, Redacted, Scope } from "effect"
import { TestClock } from "effect/testing"
import type { MarketEvent } from "../../../../shared/events/event.ts"
import { ControlPlane, controlPlaneLayer } from "../../layer.ts"
import { configured, opening, price, slots } from "../../testing/examples.ts"
import { handMoved, OPTIONS } from "../../testing/views.ts"
import type { Volumes } from "../core/notices.ts"
import type { QuietHours } from "../core/quietHours.ts"
import { telegrafBot } from "../telegrafBot.ts"
import { BOT_TOKEN, botServer, type BotServer } from "./botServer.ts"

/** The chat that is let in. */
export const CHAT = 42

/** Everything is told with a sound. */
export const ALL_ON: Volumes = {
  fills: "on",
  orphan_pressure: "on",
  drift: "on",
  loss_lock: "on",
  pause: "on",
  halt: "on",
  jobs: "on",
  other: "on"
}

/** Lets fibers and sockets of this process take so many turns. */
const turns = Effect.promise(async () => {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
})

/** What has not come about by then never does. */
const MOST_STEPS = 1_000

/** Moves the clock in steps until `is` holds; sockets are given time in between. Throws where it never does. */
export const passUntil = Effect.fn("passUntil")(function* (is: () => boolean, step: `${number} millis` = "250 millis") {
  for (let steps = 0; steps < MOST_STEPS; steps++) {
    if (is()) return
    yield* TestClock.adjust(step)
    yield* turns
  }
  throw new Error("it does not come about")
})

/** Moves the clock at once, after everything has come to rest. */
export const pass = (time: `${number} seconds` | `${number} minutes`) =>
  Effect.andThen(Effect.andThen(turns, TestClock.adjust(time)), turns)

type Market = Effect.Success<ReturnType<typeof handMoved>>

/** A control plane with the chat over `market`; `stop` ends it as a process ends. */
export const runChat = Effect.fn("runChat")(function* (
  market: Market,
  server: BotServer,
  given: {
    readonly chats?: ReadonlyArray<number>
    readonly volumes?: Partial<Volumes>
    readonly quietHours?: QuietHours
  } = {}
) {
  const scope = yield* Effect.acquireRelease(Scope.make(), (scope) => Scope.close(scope, Exit.void))
  const api = telegrafBot(Redacted.make(BOT_TOKEN), server.url)
  const { chats = [CHAT], volumes, quietHours = null } = given
  const telegram = { api, chats, volumes: { ...ALL_ON, ...volumes }, quietHours }
  const layer = controlPlaneLayer({ ...OPTIONS, telegram }).pipe(Layer.provide(market.views))
  const { url } = yield* Effect.map(Layer.buildWithScope(layer, scope), (built) => Context.get(built, ControlPlane))
  return { url, stop: Scope.close(scope, Exit.void) }
})

/** A market of two slots, its chat, and a poll that waits. */
export const chatWorld = Effect.fn("chatWorld")(function* (
  given: {
    readonly history?: ReadonlyArray<MarketEvent>
    readonly chats?: ReadonlyArray<number>
    readonly volumes?: Partial<Volumes>
    readonly quietHours?: QuietHours
  } = {}
) {
  const server = yield* botServer
  const market = yield* handMoved(given.history ?? [...opening, configured, price("0.141")])
  yield* market.setSlots(slots)
  const chat = yield* runChat(market, server, given)
  yield* passUntil(() => server.isPolled)
  /** What was said to the chat since `from`, once there are so many. */
  const said = (count: number) =>
    Effect.map(
      passUntil(() => server.shown.length >= count),
      () => server.shown.slice(count - 1)
    )
  /** Writes, and waits for one more message. */
  const ask = Effect.fnUntraced(function* (text: string) {
    const before = server.shown.length
    const update = server.write(CHAT, text)
    const [answer] = yield* said(before + 1)
    if (answer === undefined) throw new Error(`no answer to ${text}`)
    yield* passUntil(() => server.isPolled)
    return { ...answer, update, message: answer }
  })
  /** Presses, and waits until the update is confirmed. */
  const press = Effect.fnUntraced(function* (message: { readonly chat: number; readonly id: number }, data: string) {
    const pressed = server.press(message, data)
    yield* passUntil(() => server.isPolled && server.confirmed > pressed)
    return pressed
  })
  return { server, market, chat, ask, press, said }
})
