/** Listens to the server and keeps `known` up to date. The browser only shows: every figure comes from the server. */
import { type Change, patched } from "../../core/patch.ts"
import type { Status } from "../../core/brief.ts"
import { beat, heard, isSilent, lost } from "./connection.ts"
import { known, nowMs } from "./state.ts"

/** Pause before a stream that the server refused, or that went silent, is opened again. */
const REOPEN_MS = 3_000

let source: EventSource | null = null
let openedAtMs = 0

const open = (): void => {
  source?.close()
  openedAtMs = Date.now()
  const stream = new EventSource("/api/stream")
  source = stream
  stream.addEventListener("message", (message) => {
    known.value = heard(known.value, JSON.parse(message.data), Date.now())
  })
  // What has changed since the message before; where it does not fit, the stream begins anew, with the whole.
  stream.addEventListener("patch", (message) => {
    try {
      const changes = JSON.parse(message.data) as ReadonlyArray<Change>
      known.value = heard(known.value, patched(known.value.report as Status, changes), Date.now())
    } catch {
      open()
    }
  })
  stream.addEventListener("beat", () => {
    known.value = beat(known.value, Date.now())
  })
  // The browser connects again by itself, except after a refusal: then `watch` does.
  stream.addEventListener("error", () => {
    known.value = lost(known.value)
  })
}

const watch = (): void => {
  const now = Date.now()
  if (known.value.link === "open" && isSilent(known.value, now)) {
    known.value = lost(known.value)
    source?.close()
  }
  if (source?.readyState === EventSource.CLOSED && now - openedAtMs >= REOPEN_MS) open()
  nowMs.value = now
}

/** Begins to listen, for as long as the page is open. */
export const listen = (): void => {
  open()
  setInterval(watch, 1_000)
}
