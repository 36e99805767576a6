/** The whole page as it was after any record: a slider, steps by record and along causes, and the way back to now. */
import { useSignal } from "@preact/signals"
import { useEffect, useRef } from "preact/hooks"
import type { StatusReport } from "../../../core/report.ts"
import { hrefOf } from "../../app/places.ts"
import { place } from "../../app/routes.ts"
import { known, past } from "../../app/state.ts"
import { ApiProblem, get, useApi } from "../../kit/api.ts"
import { decimal, integer, PROFIT_DIGITS, signed } from "../../kit/format.ts"
import { At, Card, Empty, Term } from "../../kit/parts.tsx"
import type { Chain, JournalPage } from "../../kit/payloads.ts"
import { Lines } from "../journal/lines.tsx"
import { recordIn } from "../journal/journalModel.ts"
import { stepped, STEPS, within } from "./timeModel.ts"

/** While a hand moves the slider, the past is asked for no more often. */
const SETTLE_MS = 120

/** Asks for the status as it was; the last one asked for wins. */
const useTravel = () => {
  const trouble = useSignal<string | null>(null)
  const wanted = useSignal<number | null>(past.value?.seq ?? null)
  const asked = useRef(new AbortController())
  const timer = useRef(0)
  const fetchIt = async (seq: number): Promise<void> => {
    asked.current.abort()
    asked.current = new AbortController()
    const { signal } = asked.current
    try {
      const report: StatusReport = await get(`/api/at/${seq}`, signal)
      if (signal.aborted) return
      past.value = { seq, report }
      trouble.value = null
    } catch (error) {
      if (signal.aborted) return
      trouble.value = error instanceof Error ? error.message : String(error)
      const againMs = error instanceof ApiProblem ? error.againMs : null
      if (againMs !== null) timer.current = window.setTimeout(() => void fetchIt(seq), againMs)
    }
  }
  const to = (seq: number): void => {
    wanted.value = seq
    window.clearTimeout(timer.current)
    timer.current = window.setTimeout(() => void fetchIt(seq), SETTLE_MS)
  }
  const stop = (): void => {
    window.clearTimeout(timer.current)
    asked.current.abort()
  }
  useEffect(() => stop, [])
  const now = (): void => {
    stop()
    wanted.value = null
    trouble.value = null
    past.value = null
  }
  return { wanted: wanted.value, trouble: trouble.value, to, now }
}

const Then = ({ seq, report }: { readonly seq: number; readonly report: StatusReport }) => (
  <dl class="tiles">
    <Term name="Exchange's clock">
      <At sec={report.market.venue_time} day />
    </Term>
    <Term name="Price">{report.market.price ?? "–"}</Term>
    <Term name="Mode" note={report.mode_reason}>
      {report.mode.toLowerCase()}
    </Term>
    <Term name="Realised">{`${signed(report.total_profit, PROFIT_DIGITS)} ${report.market.quote}`}</Term>
    <Term name="Account">
      {report.money.account?.value == null
        ? "–"
        : `${decimal(report.money.account.value, 2, true)} ${report.market.quote}`}
    </Term>
    <Term name="Record">
      <a href={hrefOf("journal", seq)}>#{integer(seq)}</a>
    </Term>
  </dl>
)

/** Records before and after along causes: a step by cause is a click on one. */
const Causes = ({ seq }: { readonly seq: number }) => {
  const { data, problem } = useApi<Chain>(`/api/chain/${seq}?limit=20`)
  if (problem !== null) return <Empty>{problem}</Empty>
  if (data === null) return <Empty>Looking for causes …</Empty>
  const last = data.causes.at(-1)
  const next = data.effects[0]
  return (
    <>
      <p class="buttons">
        {last === undefined ? null : (
          <a class="button small" href={hrefOf("time", last.seq)}>
            To its cause, #{integer(last.seq)}
          </a>
        )}
        {next === undefined ? null : (
          <a class="button small" href={hrefOf("time", next.seq)}>
            To what followed, #{integer(next.seq)}
          </a>
        )}
      </p>
      <Lines label="The record" lines={[data.record]} chosen={seq} />
    </>
  )
}

/** What people look for when they go back. */
const MOMENTS =
  "ModeChanged,CommandIssued,InvariantBroken,LossLockChanged,CapacityBandChanged,SlotsSet,RegimeModelTrained"

/** The newest moments up to the one that is shown: a click goes there. */
const Moments = () => {
  const before = past.value === null ? "" : `&before=${past.value.seq + 1}`
  const { data, problem } = useApi<JournalPage>(`/api/journal?type=${MOMENTS}&limit=15${before}`)
  return (
    <Card title={past.value === null ? "Moments to go to" : "Moments before"}>
      {problem === null ? null : <Empty>{problem}</Empty>}
      {data === null ? (
        <Empty>Looking for changes of mode, commands and halts …</Empty>
      ) : data.records.length === 0 ? (
        <Empty>Among the last 20,000 records there is no change of mode, no command and no halt.</Empty>
      ) : (
        <Lines label="Moments, newest first" lines={data.records} chosen={past.value?.seq ?? null} view="time" />
      )}
    </Card>
  )
}

/** The time machine. */
export const Time = () => {
  const travel = useTravel()
  const head = known.value.report?.market.last_event_seq ?? 1
  const asked = recordIn(place.value.rest)
  useEffect(() => {
    if (asked !== null) travel.to(within(asked, head))
  }, [asked])
  const at = travel.wanted ?? past.value?.seq ?? head
  const there = past.value
  return (
    <div class="stack">
      <Card
        title="Time"
        side={
          <button type="button" class={there === null ? "" : "first"} disabled={there === null} onClick={travel.now}>
            Back to now
          </button>
        }
      >
        <p>Every view shows the market as it was after the chosen record, until you come back to now.</p>
        <label class="slider">
          <span>
            record <b class="n">{integer(at)}</b> of {integer(head)}
          </span>
          <input
            type="range"
            min={1}
            max={head}
            value={at}
            aria-valuetext={`record ${at} of ${head}`}
            onInput={(event) => travel.to(within(Number(event.currentTarget.value), head))}
          />
        </label>
        <div class="buttons wrap" role="group" aria-label="Step by records">
          {STEPS.map(([step, text]) => (
            <button key={step} type="button" class="small" onClick={() => travel.to(stepped(at, step, head))}>
              {text}
            </button>
          ))}
        </div>
        {travel.trouble === null ? null : <p role="status">{travel.trouble}</p>}
        {travel.wanted === null || travel.wanted === there?.seq ? null : (
          <Empty>Folding the journal up to record {integer(travel.wanted)} …</Empty>
        )}
        {there === null ? <Empty>Now is shown.</Empty> : <Then seq={there.seq} report={there.report} />}
      </Card>
      {there === null ? null : (
        <Card title="Step by cause">
          <Causes key={there.seq} seq={there.seq} />
        </Card>
      )}
      <Moments />
    </div>
  )
}
