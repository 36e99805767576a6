/** The wrapper of every REST reply: `{"error":[…],"result":…}`. A non-empty `error` is a failure whatever else is there. */
import { has, parseJson, type Row, rowOf, texts, child } from "../../../../core/wire/json.ts"

/** A REST reply unwrapped: the result object, or Kraken's error texts (at least one). */
export type Reply =
  | { readonly ok: true; readonly result: Row }
  | { readonly ok: false; readonly errors: ReadonlyArray<string> }

/** Throws a `WireProblem` for anything that is no such envelope, such as an HTML page of the edge. */
export const readReply = (body: string): Reply => {
  const envelope = rowOf(parseJson(body), "reply")
  const errors = has(envelope, "error") ? texts(envelope, "error") : []
  return errors.length > 0 ? { ok: false, errors } : { ok: true, result: child(envelope, "result") }
}
