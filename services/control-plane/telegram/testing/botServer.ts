/**
 * A Bot API server on this machine that speaks as Telegram's does: long polls with offsets that confirm, one poll at a time (409 for
 * the one before), floods (429), refusals, edits, presses, and answers that are broken. Tests say what people write, and see what they get.
 */
import { once } from "node:events"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { Effect } from "effect"

/** The token of its bot; the server knows no other. */
export const BOT_TOKEN = "123456:AAtestTokenThatIsLongEnoughForAnyone"
/** Its number and name. */
export const BOT = { id: 123_456, username: "kennel_test_bot" }

/** A call as it came. */
export interface Call {
  readonly method: string
  readonly payload: Readonly<Record<string, unknown>>
}

/** A message as it stands in a chat. */
export interface Shown {
  readonly chat: number
  readonly id: number
  text: string
  buttons: ReadonlyArray<{ readonly text: string; readonly data: string }>
  readonly silent: boolean
  edits: number
}

/** What a call is answered with instead. */
export type Fault =
  | { readonly _tag: "Refuse"; readonly code: number; readonly description: string; readonly retryAfter?: number }
  /** Bytes that are no answer. */
  | { readonly _tag: "Garbage"; readonly body: string; readonly status?: number }
  /** The connection is cut. */
  | { readonly _tag: "Cut" }

interface Poll {
  readonly offset: number
  readonly limit: number
  readonly response: ServerResponse
}

const MAX_TEXT = 4_096
const TAGS = /<\/?(?:b|code)>/g

/** As Telegram reads HTML: entities are resolved, tags must be known and closed. Null: it would be refused. */
const plainOf = (html: string): string | null => {
  const open: Array<string> = []
  for (const [tag] of html.matchAll(/<[^>]*>?/g)) {
    const [, slash, name = ""] = /^<(\/?)(b|code)>$/.exec(tag) ?? []
    if (slash === undefined) return null
    if (slash === "") open.push(name)
    else if (open.pop() !== name) return null
  }
  if (open.length > 0 || /&(?!amp;|lt;|gt;|quot;)/.test(html)) return null
  const bare = html.replaceAll(TAGS, "")
  return bare.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&amp;", "&")
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "")

/** Reads a request's body as JSON. */
const bodyOf = async (request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> => {
  let text = ""
  for await (const chunk of request) text += String(chunk)
  return text === "" ? {} : (JSON.parse(text) as Readonly<Record<string, unknown>>)
}

/** The server; see the top of this file. */
export class BotServer {
  readonly calls: Array<Call> = []
  readonly shown: Array<Shown> = []
  menu: unknown = null
  /** Answers to pressed buttons, by their number. */
  readonly answered: Array<{ readonly pressId: string; readonly text: string }> = []
  url = ""
  private queue: Array<Readonly<Record<string, unknown>> & { readonly update_id: number }> = []
  private nextUpdate = 1_000
  private nextMessage = 1
  private poll: Poll | null = null
  private readonly faults: Array<{ readonly method: string; readonly fault: Fault }> = []
  private watchers: Array<() => void> = []
  private readonly server = createServer((request, response) => void this.serve(request, response))

  async start(): Promise<void> {
    this.server.listen(0, "127.0.0.1")
    await once(this.server, "listening")
    const address = this.server.address()
    if (address === null || typeof address === "string") throw new Error("no port")
    this.url = `http://127.0.0.1:${address.port}`
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections()
    this.server.close()
    await once(this.server, "close")
  }

  /** The next calls of this method are answered so, one after the other. */
  fail(method: string, ...faults: ReadonlyArray<Fault>): void {
    for (const fault of faults) this.faults.push({ method, fault })
  }

  /** Somebody writes; returns the number of the update. */
  write(chat: number, text: string, from: Readonly<Record<string, unknown>> = { id: chat, username: "ann" }): number {
    return this.deliver({ message: { message_id: this.nextMessage++, date: 0, chat: { id: chat }, from, text } })
  }

  /** Somebody presses a button below a message. */
  press(message: Pick<Shown, "chat" | "id">, data: string): number {
    const id = `press-${this.nextUpdate}`
    const below = { message_id: message.id, date: 0, chat: { id: message.chat } }
    return this.deliver({ callback_query: { id, from: { id: 7, username: "ann" }, message: below, data } })
  }

  /** Any update; with a number of its own it may come again. */
  deliver(update: Readonly<Record<string, unknown>>, again?: number): number {
    const update_id = again ?? this.nextUpdate++
    this.queue = [...this.queue, { ...update, update_id }].toSorted((a, b) => a.update_id - b.update_id)
    this.answerPoll()
    return update_id
  }

  /** Waits until `is` holds; looked at after each call. */
  readonly until = (is: () => boolean): Effect.Effect<void> =>
    Effect.callback<void>((resume) => {
      const look = (): void => {
        if (!is()) return
        this.watchers = this.watchers.filter((one) => one !== look)
        resume(Effect.void)
      }
      this.watchers.push(look)
      look()
      return Effect.sync(() => void (this.watchers = this.watchers.filter((one) => one !== look)))
    })

  /** Calls of one method so far. */
  count(method: string): number {
    return this.calls.filter((call) => call.method === method).length
  }

  /** The offset of the newest poll: updates below it never come again. */
  confirmed = 0

  /** Whether a poll waits now. */
  get isPolled(): boolean {
    return this.poll !== null
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, token = "", method = ""] = /^\/bot([^/]+)\/(\w+)$/.exec(request.url ?? "") ?? []
    const payload = await bodyOf(request)
    this.calls.push({ method, payload })
    const at = this.faults.findIndex((fault) => fault.method === method)
    if (at >= 0) this.fault(response, this.faults.splice(at, 1)[0]?.fault)
    else if (decodeURIComponent(token) !== BOT_TOKEN) this.refuse(response, 401, "Unauthorized")
    else this.answer(method, payload, response)
    for (const look of this.watchers) look()
  }

  private fault(response: ServerResponse, fault: Fault | undefined): void {
    if (fault === undefined || fault._tag === "Cut") response.destroy()
    else if (fault._tag === "Garbage") response.writeHead(fault.status ?? 200).end(fault.body)
    else this.refuse(response, fault.code, fault.description, fault.retryAfter)
  }

  private answer(method: string, payload: Readonly<Record<string, unknown>>, response: ServerResponse): void {
    switch (method) {
      case "getMe":
        return this.ok(response, { ...BOT, is_bot: true, first_name: "Kennel" })
      case "setMyCommands":
        this.menu = payload["commands"]
        return this.ok(response, true)
      case "getUpdates":
        return this.takePoll(payload, response)
      case "answerCallbackQuery":
        this.answered.push({ pressId: String(payload["callback_query_id"]), text: textOf(payload["text"]) })
        return this.ok(response, true)
      case "sendMessage":
      case "editMessageText":
        return this.takeText(method, payload, response)
      default:
        return this.refuse(response, 404, "Not Found: method not found")
    }
  }

  private takePoll(payload: Readonly<Record<string, unknown>>, response: ServerResponse): void {
    if (this.poll !== null) {
      const { response: before } = this.poll
      this.poll = null
      this.refuse(
        before,
        409,
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
      )
    }
    const offset = Number(payload["offset"] ?? 0)
    // What stands below the offset is confirmed, and gone.
    this.confirmed = offset
    this.queue = this.queue.filter(({ update_id }) => update_id >= offset)
    const poll = { offset, limit: Number(payload["limit"] ?? 100), response }
    this.poll = poll
    response.on("close", () => {
      if (this.poll === poll) this.poll = null
    })
    if (payload["timeout"] === 0 || this.queue.length > 0) this.answerPoll(true)
  }

  private answerPoll(empty = false): void {
    if (this.poll === null || (this.queue.length === 0 && !empty)) return
    const { response, limit } = this.poll
    this.poll = null
    this.ok(response, this.queue.slice(0, limit))
  }

  private takeText(method: string, payload: Readonly<Record<string, unknown>>, response: ServerResponse): void {
    const text = plainOf(textOf(payload["text"]))
    if (text === null) return this.refuse(response, 400, "Bad Request: can't parse entities")
    if (text.trim() === "") return this.refuse(response, 400, "Bad Request: message text is empty")
    if (text.length > MAX_TEXT) return this.refuse(response, 400, "Bad Request: message is too long")
    const markup = payload["reply_markup"] as
      | { readonly inline_keyboard: ReadonlyArray<ReadonlyArray<{ text: string; callback_data: string }>> }
      | undefined
    const buttons = (markup?.inline_keyboard ?? []).flat().map((one) => ({ text: one.text, data: one.callback_data }))
    if (buttons.some(({ data }) => Buffer.byteLength(data) > 64)) {
      return this.refuse(response, 400, "Bad Request: BUTTON_DATA_INVALID")
    }
    const chat = Number(payload["chat_id"])
    if (method === "sendMessage") {
      const message = { chat, id: this.nextMessage++, text, buttons, silent: payload["disable_notification"] === true }
      this.shown.push({ ...message, edits: 0 })
      return this.ok(response, { message_id: message.id, date: 0, chat: { id: chat }, text })
    }
    const standing = this.shown.find((one) => one.chat === chat && one.id === Number(payload["message_id"]))
    if (standing === undefined) return this.refuse(response, 400, "Bad Request: message to edit not found")
    if (standing.text === text && JSON.stringify(standing.buttons) === JSON.stringify(buttons)) {
      return this.refuse(response, 400, "Bad Request: message is not modified")
    }
    Object.assign(standing, { text, buttons, edits: standing.edits + 1 })
    return this.ok(response, { message_id: standing.id, date: 0, chat: { id: chat }, text })
  }

  private ok(response: ServerResponse, result: unknown): void {
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ ok: true, result }))
  }

  private refuse(response: ServerResponse, code: number, description: string, retryAfter?: number): void {
    const parameters = retryAfter === undefined ? {} : { parameters: { retry_after: retryAfter } }
    const body = JSON.stringify({ ok: false, error_code: code, description, ...parameters })
    response.writeHead(code, { "content-type": "application/json" }).end(body)
  }
}

/** A server for the scope. */
export const botServer = Effect.acquireRelease(
  Effect.promise(async () => {
    const server = new BotServer()
    await server.start()
    return server
  }),
  (server) => Effect.promise(() => server.stop())
)
