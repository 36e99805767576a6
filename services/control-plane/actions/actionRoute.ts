/** `POST /api/action`: who may, what was asked, and the answer as HTTP. */
import { randomUUID } from "node:crypto"
import { Result } from "effect"
import express, { type ErrorRequestHandler, type Express, type Request, type Response } from "express"
import { type ActionRequest, type ArgumentDefaults, badBytes, readAction } from "./actionRequest.ts"
import type { ActionAnswer } from "./actions.ts"
import { MAX_BODY_BYTES, type Refusal } from "./gate.ts"
import { json, problem } from "../http/respond.ts"

/** What came of an action, or why the journal could not take it. */
export type ActionOutcome = { readonly answer: ActionAnswer } | { readonly unavailable: string }

/** What the route needs. */
export interface ActionDesk {
  /** What stands for arguments that a setting fills in. */
  readonly defaults: ArgumentDefaults
  /** Null: the request may be read. */
  readonly gate: (headers: Request["headers"]) => Refusal | null
  /** Calls `reply` once, later; false when too many actions wait already, and `reply` is never called. */
  readonly submit: (request: ActionRequest, reply: (outcome: ActionOutcome) => void) => boolean
}

/** Where actions are posted. */
export const ACTION_PATH = "/api/action"

const STATUS: Readonly<Record<ActionAnswer["result"], number>> = {
  applied: 200,
  would_apply: 200,
  would_refuse: 200,
  pending: 202,
  refused: 409
}

const answer = (response: Response, id: string | null, outcome: ActionOutcome): void => {
  if ("answer" in outcome) return json(response, STATUS[outcome.answer.result], JSON.stringify(outcome.answer))
  const detail = `${outcome.unavailable}; whether it was written is not known: send it again with the same id`
  problem(response, 503, "Service Unavailable", detail, id === null ? {} : { id })
}

/** Failures of reading the body come with their status; anything else is ours. */
const unreadable: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  const status = error instanceof Error && "status" in error ? error.status : null
  if (status === 413) {
    return problem(response, 413, "Content Too Large", `the body is larger than ${MAX_BODY_BYTES} bytes: no action is`)
  }
  if (error instanceof SyntaxError) {
    return problem(response, 400, "Bad Request", `the body is no JSON (${error.message})`)
  }
  if (status === 415) {
    return problem(
      response,
      415,
      "Unsupported Media Type",
      "the body is packed or spelt in a way that is not read: send plain UTF-8"
    )
  }
  if (status === 400) return problem(response, 400, "Bad Request", (error as Error).message)
  next(error)
}

/** Throws what `unreadable` answers with. */
const checkBytes = (_request: unknown, _response: unknown, body: Uint8Array): void => {
  const problem = badBytes(body)
  if (problem !== null)
    throw Object.assign(new Error(`${problem}: send the action as one flat JSON object`), { status: 400 })
}

/** Adds the route. */
export const takeActions = (app: Express, { gate, submit, defaults }: ActionDesk): void => {
  app.post(
    ACTION_PATH,
    (request, response, next) => {
      const refusal = gate(request.headers)
      if (refusal === null) return next()
      if (refusal.status === 401) response.set("WWW-Authenticate", "Bearer")
      if (refusal.status === 429) response.set("Retry-After", "1")
      problem(response, refusal.status, refusal.title, refusal.detail)
    },
    express.json({ limit: MAX_BODY_BYTES, strict: false, inflate: false, verify: checkBytes }),
    (request, response) => {
      const read = readAction(request.body, defaults)
      if (Result.isFailure(read)) return problem(response, 400, "Bad Request", read.failure)
      const asked = read.success
      const id = asked.preview ? asked.id : (asked.id ?? randomUUID())
      if (submit({ ...asked, id }, (outcome) => answer(response, id, outcome))) return
      response.set("Retry-After", "10")
      problem(response, 503, "Service Unavailable", "too many actions wait for an answer: send it again in ten seconds")
    }
  )
  app.use(ACTION_PATH, unreadable)
}
