/** The journal as it grows: filtered, searched, and from every record both ways along its causes. */
import { useComputed, useSignal } from "@preact/signals"
import { useEffect, useState } from "preact/hooks"
import { hrefOf } from "../../app/places.ts"
import { go, place } from "../../app/routes.ts"
import { past } from "../../app/state.ts"
import { get } from "../../kit/api.ts"
import { Card, Choice, Empty } from "../../kit/parts.tsx"
import { textsOf } from "../../kit/texts.ts"
import type { JournalLine, JournalPage } from "../../kit/payloads.ts"
import { Chain } from "./chain.tsx"
import {
  EVERYTHING,
  FAMILIES,
  type Filter,
  MOST_KEPT,
  pageAddress,
  recordIn,
  tailAddress,
  withNewest
} from "./journalModel.ts"
import { Lines } from "./lines.tsx"
import { WhyCard } from "./why.tsx"

/** What is shown of the journal. */
interface Shown {
  readonly lines: ReadonlyArray<JournalLine>
  readonly next: number | null
  readonly problem: string | null
}

/** Records that come within this time are drawn together: a fast market writes dozens a second. */
const TOGETHER_MS = 250

const NOTHING: Shown = { lines: [], next: null, problem: null }

/** The newest records that fit the filter, then whatever comes; paused, or in the past, only what is there. */
const useTail = (filter: Filter, follows: boolean, before: number | null) => {
  const [shown, setShown] = useState<Shown>(NOTHING)
  useEffect(() => {
    const leave = new AbortController()
    let stream: EventSource | null = null
    let waiting: ReadonlyArray<JournalLine> = []
    let timer = 0
    const put = (): void => {
      const come = waiting
      waiting = []
      timer = 0
      setShown((now) => ({ ...now, lines: come.reduce((lines, line) => withNewest(lines, line), now.lines) }))
    }
    const begin = async (): Promise<void> => {
      try {
        const page: JournalPage = await get(pageAddress(filter, before), leave.signal)
        setShown({ lines: page.records, next: page.next, problem: null })
        if (!follows || filter.order !== "" || before !== null) return
        // The browser sends the last id by itself when it connects again: nothing is lost, nothing comes twice.
        stream = new EventSource(tailAddress(filter, page.seq))
        stream.addEventListener("record", (event) => {
          waiting = [...waiting, JSON.parse((event as MessageEvent<string>).data) as JournalLine].slice(-MOST_KEPT)
          if (timer === 0) timer = window.setTimeout(put, TOGETHER_MS)
        })
      } catch (error) {
        if (leave.signal.aborted) return
        setShown({ ...NOTHING, problem: error instanceof Error ? error.message : String(error) })
      }
    }
    void begin()
    return () => {
      leave.abort()
      stream?.close()
      window.clearTimeout(timer)
    }
  }, [filter, follows, before])
  const older = async (): Promise<void> => {
    const page: JournalPage = await get(pageAddress(filter, shown.next))
    setShown((now) => ({ ...now, lines: [...now.lines, ...page.records], next: page.next }))
  }
  return { shown, older }
}

const FilterForm = ({ filter, onChange }: { readonly filter: Filter; readonly onChange: (filter: Filter) => void }) => {
  const submit = (event: SubmitEvent): void => {
    event.preventDefault()
    const texts = textsOf(event.currentTarget as HTMLFormElement)
    const { slot = "", family = "", type = "", order = "" } = texts
    const record = recordIn(order)
    if (record !== null) return go("journal", record)
    onChange({ slot, family, type, order })
  }
  return (
    <form class="filter" onSubmit={submit} aria-label="Filter">
      <label>
        family
        <select name="family" defaultValue={filter.family}>
          <option value="">all</option>
          {FAMILIES.map((family) => (
            <option key={family} value={family}>
              {family}
            </option>
          ))}
        </select>
      </label>
      <label>
        slot
        <input name="slot" inputMode="numeric" size={4} defaultValue={filter.slot} />
      </label>
      <label>
        event
        <input name="type" placeholder="CycleBooked" size={16} defaultValue={filter.type} />
      </label>
      <label>
        order or record
        <input name="order" placeholder="1/42, an id, #4711" size={18} defaultValue={filter.order} />
      </label>
      <button type="submit">Show</button>
    </form>
  )
}

const Tail = () => {
  const filter = useSignal<Filter>(EVERYTHING)
  const follows = useSignal<"live" | "still">("live")
  const isLive = useComputed(() => follows.value === "live" && past.value === null)
  const before = past.value === null ? null : past.value.seq + 1
  const { shown, older } = useTail(filter.value, isLive.value, before)
  const asked = filter.value
  return (
    <Card
      title="Journal"
      side={
        <Choice
          label="Tail"
          value={follows.value}
          options={[
            ["live", "live"],
            ["still", "still"]
          ]}
          onChange={(value) => (follows.value = value)}
        />
      }
    >
      <FilterForm filter={asked} onChange={(value) => (filter.value = value)} />
      {asked.order === "" ? null : (
        <p>
          <a href={hrefOf("journal", asked.order)}>Why is {asked.order} there?</a>
        </p>
      )}
      {shown.problem === null ? null : <Empty>{shown.problem}</Empty>}
      <Lines label="Records, newest first" lines={shown.lines} />
      {shown.next === null || shown.lines.length >= MOST_KEPT ? null : (
        <button type="button" onClick={() => void older()}>
          Older records
        </button>
      )}
    </Card>
  )
}

/** A record and its chain, the story of an order or of a wait, or the tail. */
export const Journal = () => {
  const { rest } = place.value
  const record = recordIn(rest)
  return (
    <div class="journal">
      {rest === "" ? null : (
        <p>
          <a href={hrefOf("journal")}>All records</a>
        </p>
      )}
      {record === null ? (
        rest === "" ? (
          <Tail />
        ) : (
          <WhyCard key={rest} at={rest} />
        )
      ) : (
        <Chain key={record} seq={record} />
      )}
    </div>
  )
}
