/** The two shapes of an answer. */
import type { Response } from "express"

/** RFC 9457 problem details, with further members of its own. */
export const problem = (
  response: Response,
  status: number,
  title: string,
  detail: string,
  more: Readonly<Record<string, unknown>> = {}
): void => {
  response
    .status(status)
    .set("Cache-Control", "no-store")
    .type("application/problem+json")
    .send(JSON.stringify({ type: "about:blank", title, status, detail, ...more }))
}

/** JSON that nobody keeps: it is true now. */
export const json = (response: Response, status: number, text: string): void => {
  response.status(status).set("Cache-Control", "no-store").type("application/json").send(text)
}

/** As much of a header as is said back. */
const SAID = 100

/** A header as an answer may say it: its first word. A client whose lines run into each other has its token in the next. */
export const headerSaid = (value: string): string =>
  value
    .trim()
    .split(/[\s;,]/, 1)[0]!
    .slice(0, SAID)
