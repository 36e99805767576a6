/** Who may act through this server: everything that is checked before a body is read. */
import { createHash, timingSafeEqual } from "node:crypto"
import type { IncomingHttpHeaders } from "node:http"
import { headerSaid } from "../http/respond.ts"

/** Actions let through per second, and at once: a person clicks slower, and a script that does not should wait. */
export const ACTIONS_PER_SEC = 10
/** Largest body; the longest command with its preview is a tenth of it. */
export const MAX_BODY_BYTES = 16 * 1_024

/** Why a request is turned away: the status, a title and what to do. */
export interface Refusal {
  readonly status: 401 | 403 | 415 | 429
  readonly title: string
  readonly detail: string
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest()

/** The host a page was loaded from; null when the text is no URL (`null` from a sandboxed frame). */
const hostOf = (origin: string): string | null => (URL.canParse(origin) ? new URL(origin).host : null)

/** So many a second, and at once; false when there are none left. `nowMs` is any clock in milliseconds that does not go back. */
const makeBudget = (nowMs: () => number): (() => boolean) => {
  let left = ACTIONS_PER_SEC
  let countedAtMs = nowMs()
  return () => {
    const now = nowMs()
    left = Math.min(ACTIONS_PER_SEC, left + ((now - countedAtMs) / 1_000) * ACTIONS_PER_SEC)
    countedAtMs = now
    if (left < 1) return false
    left -= 1
    return true
  }
}

/**
 * Judges requests one after the other. Whoever has no token, or a wrong one, spends from a measure of his own: nobody can take the
 * operator's actions away by asking for what he may not have.
 */
export const makeGate = (token: string, nowMs: () => number): ((headers: IncomingHttpHeaders) => Refusal | null) => {
  // Digests have one length, so that comparing takes the same time whatever was sent.
  const expected = digest(`Bearer ${token}`)
  const operators = makeBudget(nowMs)
  const strangers = makeBudget(nowMs)

  return (headers) => {
    const { origin, host, authorization = "", "sec-fetch-site": site } = headers
    if (!/^application\/json\s*(;|$)/i.test(headers["content-type"] ?? "")) {
      const sent = headerSaid(headers["content-type"] ?? "none")
      const detail = `content-type is ${sent}: send the action as JSON with content-type application/json`
      return { status: 415, title: "Unsupported Media Type", detail }
    }
    // Sent by every browser with a request that a page makes: only our own page may act.
    if (
      (origin !== undefined && hostOf(origin) !== host) ||
      (site !== undefined && site !== "same-origin" && site !== "none")
    ) {
      const detail = `origin ${origin === undefined ? "of another site" : headerSaid(origin)}: actions are only taken from this server's own page or from a program`
      return { status: 403, title: "Forbidden", detail }
    }
    const known = timingSafeEqual(digest(authorization), expected)
    if (!(known ? operators : strangers)()) {
      const detail = `more than ${ACTIONS_PER_SEC} actions a second: wait a second and send it again`
      return { status: 429, title: "Too Many Requests", detail }
    }
    if (!known) {
      const what = authorization === "" ? "no token" : "the wrong token"
      const detail = `${what}: send the header Authorization: Bearer <token>, with CONTROL_TOKEN or what stands in DATA_DIR/control-token`
      return { status: 401, title: "Unauthorized", detail }
    }
    return null
  }
}
