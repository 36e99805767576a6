/** What comes in at the edges: requests as bytes, through Node's own parser to the routes, and what people type. */
import { duplexPair } from "node:stream"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Cause, Console, Effect, Exit, Layer } from "effect"
import { CliError, CliOutput, Command } from "effect/cli"
import fc from "fast-check"
import { auditCommand } from "../../cli/commands/audit/command.ts"
import { archiveCommand } from "../../cli/commands/journal/archive.ts"
import { catCommand } from "../../cli/commands/journal/cat.ts"
import { skipCommand } from "../../cli/commands/journal/skip.ts"
import { exportCommand } from "../../cli/commands/journal/transfer.ts"
import { upCommand } from "../../cli/commands/up/command.ts"
import { makeGate } from "../../services/control-plane/actions/gate.ts"
import { makeServer } from "../../services/control-plane/http/connections.ts"
import { makeDoor } from "../../services/control-plane/http/door.ts"
import { makeApp } from "../../services/control-plane/http/http.ts"
import { makePublisher, type Published } from "../../services/control-plane/http/publisher.ts"
import { makeStreamHub } from "../../services/control-plane/http/streamHub.ts"
import { configured, opening } from "../../services/control-plane/testing/examples.ts"
import { handMoved, OPTIONS } from "../../services/control-plane/testing/views.ts"
import { damagedBytes, damagedText, type Decoder, slowDecoder } from "./decoder.ts"

const TOKEN = "a token that nobody is told"
const BODY = '{"action":"pause","note":"x","preview":true}'
const HEADERS = "Host: 127.0.0.1\r\nConnection: close\r\n"
const POST = `POST /api/action HTTP/1.1\r\n${HEADERS}Content-Type: application/json\r\nAuthorization: Bearer ${TOKEN}\r\n`
const REQUESTS = [
  `GET /api/status HTTP/1.1\r\n${HEADERS}\r\n`,
  `GET /health?x=1 HTTP/1.1\r\nHost: localhost\r\n\r\n`.repeat(2),
  `HEAD / HTTP/1.0\r\nHost: 127.0.0.1:8080\r\n\r\n`,
  `${POST}Content-Length: ${BODY.length}\r\n\r\n${BODY}`,
  `${POST}Transfer-Encoding: chunked\r\n\r\n${BODY.length.toString(16)}\r\n${BODY}\r\n0\r\n\r\n`
]

const failures: Array<unknown> = []
const published: Published = await Effect.runPromise(
  Effect.scoped(
    Effect.gen(function* () {
      const { views } = yield* handMoved([...opening, configured])
      const { pair, trading, simulator, stalePriceMaxAgeSec, silentAfterSec } = OPTIONS
      const about = { pair, trading, simulator, stalePriceMaxAgeSec, silentAfterSec, speed: 1, startedAt: 0 }
      const publisher = yield* makePublisher(
        about,
        () => undefined,
        () => null
      ).pipe(Effect.provide(views))
      return publisher.latest()
    })
  )
)
let clockMs = 0
const server = makeServer(
  makeApp({
    latest: () => published,
    ageSec: () => 0,
    hub: makeStreamHub(),
    assets: new Map(),
    // A second for each question: no case spends what the next one needs.
    desk: {
      defaults: { FAR_RECOVERY_DISTANCE_PCT: 3, FAR_RECOVERY_COUNT: 8 },
      gate: makeGate(TOKEN, () => (clockMs += 1_000)),
      submit: (_request, reply) => (reply({ unavailable: "nobody is there" }), true)
    },
    routes: () => undefined,
    door: makeDoor("127.0.0.1", []),
    onFailure: (error) => failures.push(error)
  }),
  () => false
)

/** What the routes may answer; 500 says that something was not foreseen. */
const EXPECTED = new Set([200, 400, 401, 403, 404, 405, 408, 413, 415, 421, 431, 503])

/** The bytes of a connection, and what comes back until it ends. */
const answered = (bytes: Uint8Array): Promise<string> =>
  new Promise((resolve) => {
    const [client, other] = duplexPair()
    let text = ""
    client.on("data", (chunk: Buffer) => (text += chunk.toString("latin1")))
    client.on("error", () => undefined)
    other.on("error", () => undefined)
    client.once("close", () => resolve(text))
    client.once("end", () => client.destroy())
    server.emit("connection", other)
    client.write(bytes)
    // Behind what its routes answer: who has sent all waits for no more.
    setImmediate(() => setImmediate(() => client.end()))
  })

const requests = slowDecoder(damagedBytes(REQUESTS.map((text) => Buffer.from(text, "latin1"))), async (bytes) => {
  const text = await answered(bytes)
  const statuses = [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status))
  if (failures.length > 0) throw new Error("a route failed", { cause: failures.pop() })
  const odd = statuses.find((status) => !EXPECTED.has(status))
  if (odd !== undefined) throw new Error(`answered ${odd}`)
  if (text.includes(TOKEN)) throw new Error("the token is shown")
  return statuses.length > 0 && statuses.every((status) => status < 400 || status === 503)
})

/** Commands as they are, but for what they do. */
const COMMANDS = [upCommand, skipCommand, exportCommand, archiveCommand, catCommand, auditCommand].map((command) =>
  Command.runWith(
    Command.withHandler(command as Command.Command<string, unknown>, () => Effect.void),
    {
      version: "x"
    }
  )
)
const LINES = [
  ["--market", "storm", "--speed", "60", "--port", "0"],
  ["7", "--actor", "*", "--reason", "because"],
  ["--from", "1", "--to", "2026-11-21T17:03:09", "-o", "x.kennel", "--redact"],
  ["--to", "/tmp/archive", "--drop"],
  ["--json", "data", "--from", "4711"],
  ["--moved-usd", "1.5"]
].map((words) => JSON.stringify(words))

const silent = Layer.mergeAll(NodeServices.layer, CliOutput.layerPresenter({ present: () => Effect.void }))

const commandLines = slowDecoder(
  fc.tuple(damagedText(LINES), fc.constantFrom(...COMMANDS)),
  async ([line, command]) => {
    let words: unknown
    try {
      words = JSON.parse(line)
    } catch {
      words = line.split(" ")
    }
    // A shell hands over words: what else stands in the list is written out.
    const args = (Array.isArray(words) ? words : [words]).map((word: unknown) =>
      typeof word === "string" ? word : JSON.stringify(word)
    )
    const exit = await Effect.runPromiseExit(
      command(args).pipe(Effect.provide(silent), Effect.provideService(Console.Console, NOTHING_SAID))
    )
    if (Exit.isSuccess(exit)) return true
    const error = Cause.squash(exit.cause)
    if (CliError.isCliError(error)) return false
    throw error
  },
  500
)

/** Help is not what is looked at. */
const NOTHING_SAID = { ...console, log: () => undefined, error: () => undefined } as unknown as Console.Console

/** By the name that `--decoder` takes. */
export const EDGES: Readonly<Record<string, Decoder>> = { requests, "command-lines": commandLines }
