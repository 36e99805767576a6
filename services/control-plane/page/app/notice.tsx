/** What needs a person's eye: why it waits, is stale, halted or lost, and what else is odd. Nothing when all is well. */
import type { Status } from "../../core/brief.ts"
import { age, integer, words } from "../kit/format.ts"
import { hrefOf } from "./places.ts"
import type { Condition } from "./connection.ts"
import { condition, known, nowMs, past, report } from "./state.ts"

/** The steps of a start that is not done, each with what it waits for. */
const Steps = ({ shown }: { readonly shown: Status }) => (
  <ol class="steps">
    {shown.startup.map(({ step, state, waits_for: what }) => (
      <li key={step} class={state ?? "later"}>
        <b>{words(step)}</b> {state ?? "later"}
        {what === null ? "" : `: ${what}`}
      </li>
    ))}
  </ol>
)

/** The shortest list of events found that makes a slot stop. */
const Halt = ({ halt }: { readonly halt: NonNullable<Status["last_halt"]> }) => (
  <div class="halt">
    <p>
      {`Slot ${halt.slot} stopped at `}
      <a href={hrefOf("journal", halt.seq)}>record {integer(halt.seq)}</a>
      {` (${halt.violations.join("; ")}). Of ${integer(halt.out_of)} events these ${halt.events.length} are enough for that:`}
    </p>
    <ol>
      {halt.events.map((event) => (
        <li key={`${event.seq}.${event.index}`}>
          <a href={hrefOf("journal", event.seq)}>{`record ${event.seq}.${event.index}`}</a> {event.tag}
        </li>
      ))}
    </ol>
  </div>
)

const linesOf = ({ kind, details }: Condition, shown: Status | null): ReadonlyArray<string> => {
  const since =
    kind === "lost" && shown !== null
      ? [`Last heard ${age((nowMs.value - known.value.reportAtMs) / 1000)} ago. Every button waits until it is back.`]
      : []
  return [...since, ...details, ...(kind === "past" ? [] : (shown?.warnings ?? []))]
}

/** The one notice of the page. */
export const Notice = () => {
  const now = condition.value
  const shown = past.value === null ? report.value : known.value.report
  if (now.kind === "past") {
    return (
      <section class="notice past" aria-label="Attention">
        <h2>{now.title}</h2>
        <p>
          Everything below is the past, folded again from the journal. Nothing can be asked for here.{" "}
          <button type="button" class="small" onClick={() => (past.value = null)}>
            Back to now
          </button>{" "}
          <a href={hrefOf("time")}>Move in time</a>
        </p>
      </section>
    )
  }
  const lines = linesOf(now, shown)
  const isStarting = now.kind === "starting" && shown !== null
  if (lines.length === 0 && !isStarting) return null
  const kind = now.kind === "ready" ? "warning" : now.kind
  return (
    <section class={`notice ${kind}`} aria-label="Attention">
      <h2>{now.kind === "ready" ? "Look at this" : now.title}</h2>
      {isStarting ? <Steps shown={shown} /> : null}
      {lines.length === 0 ? null : (
        <ul>
          {lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
      {now.kind === "halted" && shown !== null && shown.last_halt != null ? <Halt halt={shown.last_halt} /> : null}
    </section>
  )
}
