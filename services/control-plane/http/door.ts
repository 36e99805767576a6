/** Which requests are heard at all, and what every answer carries. Pure. */
import type { IncomingHttpHeaders } from "node:http"
import { headerSaid } from "./respond.ts"

/** On every answer, whatever it says. */
export const SECURITY_HEADERS = {
  // Everything comes from this server, as files: no inline script, no inline style, nobody else's frame.
  "Content-Security-Policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY"
} as const

/** Why a request is turned away before anything else is looked at. */
export interface TurnedAway {
  readonly status: 403 | 421
  readonly title: string
  readonly detail: string
}

const ANY_ADDRESS: ReadonlySet<string> = new Set(["0.0.0.0", "::"])
const LOOPBACK: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "::1"])

const isAddress = (host: string): boolean => /^\d+\.\d+\.\d+\.\d+$/.test(host) || host.includes(":")

/** The host of a `Host` header, in lower case, without port and brackets; null: it is none. */
const hostOf = (header: string): string | null => {
  const named = /^(?:\[([0-9a-f:.]+)\]|([\w.-]+?)\.?)(?::\d{1,5})?$/i.exec(header)
  return (named?.[1] ?? named?.[2])?.toLowerCase() ?? null
}

/**
 * Judges by headers alone. A page of another name that resolves to this machine (DNS rebinding) asks for that name, and only names of
 * this server are answered: loopback's, `bound` (where it listens), and `allowed`. One that listens on every address is asked for by
 * any of them, which no name server can forge. Other sites' pages may link here, and nothing else.
 */
export const makeDoor = (
  bound: string,
  allowed: ReadonlyArray<string>
): ((headers: IncomingHttpHeaders) => TurnedAway | null) => {
  const names = new Set([...LOOPBACK, bound.toLowerCase(), ...allowed])
  const anyAddress = ANY_ADDRESS.has(bound)
  return (headers) => {
    const host = hostOf(headers.host ?? "")
    if (host === null || !(names.has(host) || (anyAddress && isAddress(host)))) {
      const asked = headers.host === undefined ? "no host" : `host ${headerSaid(headers.host)}`
      const detail = `${asked}: this server answers to localhost and where it listens; set ALLOWED_HOSTS to the name it has in a proxy`
      return { status: 421, title: "Misdirected Request", detail }
    }
    if (headers["sec-fetch-site"] === "cross-site" && headers["sec-fetch-mode"] !== "navigate") {
      return {
        status: 403,
        title: "Forbidden",
        detail: "asked by another site's page: it may link here, and nothing else"
      }
    }
    return null
  }
}
