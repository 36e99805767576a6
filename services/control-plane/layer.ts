/** The control plane as a layer: what a person or a script sees of the market, and may ask of it. */
import { Clock, Context, Effect, Layer, Redacted } from "effect"
import type { MarketSubjects } from "../../shared/core/ids/subjects.ts"
import type { ArgumentDefaults } from "./actions/actionRequest.ts"
import { makeDesk } from "./actions/desk.ts"
import { BUILD_VERSION } from "./api/build.ts"
import { makeAsk } from "./api/asking.ts"
import { serveContract } from "./api/contract/serve.ts"
import { type EventStreams, makeEventStreams } from "./api/journal/events.ts"
import { type PastPorts, pastRoutes } from "./api/journal/routes.ts"
import { MEMORY_ROUTES } from "./api/memoryRoutes.ts"
import { serveEvents, serveMetrics, serveRoutes } from "./api/serve.ts"
import { metricsText, type ProcessFigures } from "./core/metrics.ts"
import { loadAssets, builtOfOthers, NOT_BUILT } from "./http/assets.ts"
import { makeDoor } from "./http/door.ts"
import { makeApp } from "./http/http.ts"
import { changedSource } from "./http/pageSources.ts"
import { statusFirst } from "./http/statusAnswer.ts"
import { listen, type ListenFailed } from "./http/listen.ts"
import { MarketViews } from "./marketViews.ts"
import { makePublisher, type Published } from "./http/publisher.ts"
import { logLines, NOTHING_TOLD } from "./core/logLines.ts"
import { HEARTBEAT_MS, makeStreamHub, REPORT_EVERY_MS, type StreamHub } from "./http/streamHub.ts"
import { type ChatWatch, watchOf } from "./telegram/core/watch.ts"
import { runTelegram, type TelegramOptions } from "./telegram/telegram.ts"

/** Where the server listens, what it shows of the market, and what guards its actions. */
export interface ControlPlaneOptions {
  /** An address of this machine. Default: loopback, because the status asks for no password. */
  readonly host?: string
  /** Names besides loopback's and `host` that it is asked for by: those it has in a proxy. */
  readonly allowedHosts?: ReadonlyArray<string>
  /** 0 takes any free port; `ControlPlane` says which. */
  readonly port: number
  /** Where commands are written, and their answers read. */
  readonly subjects: MarketSubjects
  /** What an action must show. */
  readonly token: Redacted.Redacted
  /** What stands for arguments of actions that a setting fills in. */
  readonly defaults: ArgumentDefaults
  /** As people write it, base before quote: `DOGE/USD`. */
  readonly pair: string
  /** `live` means real money. */
  readonly trading: "paper" | "live"
  /** The simulated market in use, for people, and its exchange seconds per wall second; null on a real exchange. */
  readonly simulator: { readonly market: string; readonly speed: number } | null
  /** A price older than this (seconds of the exchange's clock) is stale. */
  readonly stalePriceMaxAgeSec: number
  /** Wall seconds without a clock fact after which the feed counts as silent: at least three clock intervals. */
  readonly silentAfterSec: number
  /** The same market in a chat; left out: no bot runs. */
  readonly telegram?: TelegramOptions
}

/** The running server. */
export class ControlPlane extends Context.Service<
  ControlPlane,
  {
    /** Where the page is: `http://127.0.0.1:8080/`. */
    readonly url: string
    readonly port: number
  }
>()("kennel/control-plane/ControlPlane") {}

/** What the process observes of itself, now. */
const figuresOf = (startedAt: number, hub: StreamHub, events: EventStreams): ProcessFigures => {
  const { user, system } = process.cpuUsage()
  return {
    version: BUILD_VERSION,
    node: process.versions.node,
    residentBytes: process.memoryUsage.rss(),
    cpuSec: (user + system) / 1e6,
    startedAt,
    streams: { status: hub.size(), records: events.size() }
  }
}

/** How the chat is, as it tells; null where no bot runs. */
const makeChatWatch = (telegram: TelegramOptions | undefined) => {
  let watch: ChatWatch | null = telegram === undefined ? null : watchOf(telegram.chats.length, telegram.quietHours)
  return {
    now: () => watch,
    note: (heard: Partial<ChatWatch>) => void (watch = watch === null ? null : { ...watch, ...heard })
  }
}

/** Says in the log what has changed of trading and of a backfill, once. */
const makeLog = (say: (line: string) => void): ((published: Published) => void) => {
  let told = NOTHING_TOLD
  return ({ report }) => {
    const said = logLines(told, report)
    told = said.told
    for (const line of said.lines) say(line)
  }
}

/** The page's files; the log says where there are none, and where they are not of the sources that are here. */
const builtPage = Effect.gen(function* () {
  const assets = loadAssets()
  const changed = assets === null ? null : changedSource()
  if (assets === null) yield* Effect.logWarning(`control-plane: ${NOT_BUILT}`)
  else if (changed !== null) yield* Effect.logWarning(`control-plane: ${builtOfOthers(changed)}`)
  return assets
})

const every = (ms: number, go: () => void): Effect.Effect<never> =>
  Effect.forever(Effect.andThen(Effect.sleep(ms), Effect.sync(go)))

/** Serves while its scope lives; stops within a second. Fails with `ListenFailed` when the port cannot be had. */
export const controlPlaneLayer = (
  options: ControlPlaneOptions
): Layer.Layer<ControlPlane, ListenFailed, MarketViews | PastPorts> =>
  Layer.effect(
    ControlPlane,
    Effect.gen(function* () {
      const {
        host = "127.0.0.1",
        allowedHosts = [],
        subjects,
        token,
        defaults,
        pair,
        trading,
        simulator,
        stalePriceMaxAgeSec,
        silentAfterSec
      } = options
      const startedAt = (yield* Clock.currentTimeMillis) / 1_000
      const runSync = Effect.runSyncWith(yield* Effect.context())
      const hub = makeStreamHub()
      const speed = simulator?.speed ?? 1
      const report = { pair, trading, simulator, stalePriceMaxAgeSec, silentAfterSec, speed, startedAt }
      const log = makeLog((line) => runSync(Effect.logInfo(line)))
      const { telegram } = options
      const chat = makeChatWatch(telegram)
      const shown = (published: Published) => (log(published), hub.send(published))
      const publisher = yield* makePublisher(report, shown, chat.now)
      log(publisher.latest())
      const events = yield* makeEventStreams
      const desk = yield* makeDesk({ subjects, token: Redacted.value(token), defaults })
      const assets = yield* builtPage
      const [base = "", quote = ""] = pair.split("/")
      const { latest, ageSec } = publisher
      const { settings } = yield* MarketViews
      const api = { latest, ageSec, currency: { base, quote }, settings, ask: yield* makeAsk<PastPorts>() }
      const routes = [...MEMORY_ROUTES, ...pastRoutes(report)]
      const door = makeDoor(host, allowedHosts)
      const app = makeApp({
        latest,
        ageSec,
        hub,
        assets,
        desk,
        routes: (express) => {
          serveRoutes(express, routes, api)
          serveContract(express, routes)
          serveEvents(express, events)
          serveMetrics(express, () => metricsText(latest().report, figuresOf(startedAt, hub, events)))
        },
        door,
        onFailure: (error) => runSync(Effect.logError("control-plane: a request failed", error))
      })
      yield* Effect.forkScoped(every(REPORT_EVERY_MS, hub.tick))
      yield* Effect.forkScoped(every(HEARTBEAT_MS, hub.beat))
      if (telegram !== undefined) {
        const seen = { subjects, defaults, report: () => latest().report, speed, note: chat.note }
        yield* Effect.forkScoped(runTelegram(telegram, seen))
      }
      const { port } = yield* listen({
        host,
        port: options.port,
        handler: statusFirst(latest, door, app),
        isKept: (socket) => hub.holds(socket) || events.holds(socket),
        beforeClose: () => (hub.close(), events.close())
      })
      const address = host.includes(":") ? `[${host}]` : host
      return ControlPlane.of({ url: `http://${address}:${port}/`, port })
    })
  )
