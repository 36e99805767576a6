/** Listens to the server and keeps the page up to date. The browser only shows: every figure comes from the server. */
import { ACTIONS } from "./actions.js"
import { beat, heard, isSilent, lost, unknown } from "./connection.js"
import { listen } from "./dialog.js"
import { patch } from "./patch.js"
import { page } from "./views/view.js"

/** Pause before a stream that the server refused, or that went silent, is opened again. */
const REOPEN_MS = 3_000

const root = /** @type {HTMLElement} */ (document.getElementById("app"))
let known = unknown(Date.now())
/** @type {EventSource | null} */
let source = null
let openedAtMs = 0
let drawing = false

const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("ask"))
const drawDialog = listen(root, dialog, ACTIONS, () => known.report?.market.last_event_seq ?? null)

const widthOfChart = () => root.querySelector(".chart")?.clientWidth ?? 0

const draw = () => {
  drawing = false
  const chartWidth = widthOfChart()
  patch(root, page(known, { nowMs: Date.now(), chartWidth }))
  // The first drawing makes the room, the second fills it.
  if (widthOfChart() !== chartWidth) schedule()
  drawDialog()
  const { report } = known
  document.title = report === null ? "Kennel" : `${report.market.price ?? "–"} ${report.market.pair} · Kennel`
}

/** At most one drawing per frame, however many messages come. */
const schedule = () => {
  if (drawing) return
  drawing = true
  requestAnimationFrame(draw)
}

const open = () => {
  source?.close()
  openedAtMs = Date.now()
  const stream = new EventSource("/api/stream")
  source = stream
  stream.addEventListener("message", (message) => {
    known = heard(known, JSON.parse(message.data), Date.now())
    schedule()
  })
  stream.addEventListener("beat", () => {
    known = beat(known, Date.now())
  })
  // The browser connects again by itself, except after a refusal: then `watch` does.
  stream.addEventListener("error", () => {
    known = lost(known)
    schedule()
  })
}

const watch = () => {
  const nowMs = Date.now()
  if (known.link === "open" && isSilent(known, nowMs)) {
    known = lost(known)
    source?.close()
  }
  if (source?.readyState === EventSource.CLOSED && nowMs - openedAtMs >= REOPEN_MS) open()
  schedule()
}

open()
// Ages grow by themselves.
setInterval(watch, 1_000)
addEventListener("resize", schedule)
schedule()
