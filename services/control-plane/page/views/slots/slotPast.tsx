/** A slot's cycles, each linked to the events it was folded from, and its way from phase to phase. */
import { useSignal } from "@preact/signals"
import type { Status } from "../../../core/brief.ts"
import { priceDigits } from "../../app/header.tsx"
import { hrefOf } from "../../app/places.ts"
import { decimal, integer, PROFIT_DIGITS, signed, tone } from "../../kit/format.ts"
import { At, Card, Empty, Leg, Table } from "../../kit/parts.tsx"
import type { Cycle, CycleLeg, SlotHistory } from "../../kit/payloads.ts"

/** How a cycle came to be booked, where that is not by its own exit. */
const KINDS: Readonly<Record<Cycle["kind"], string>> = {
  closed: "",
  recovered: "recovery",
  evicted: "evicted, not traded",
  corrected: "evicted, filled after all",
  cut_short: "cut short"
}

/** A record as a link to what led to it and what followed. */
export const RecordLink = ({ seq }: { readonly seq: number }) => (
  <a class="n" href={hrefOf("journal", seq)}>
    #{integer(seq)}
  </a>
)

const Fills = ({ of }: { readonly of: CycleLeg | null }) =>
  of === null ? (
    <>–</>
  ) : (
    <>
      {of.fill_seqs.map((seq, index) => (
        <span key={seq}>
          {index === 0 ? "" : " "}
          <RecordLink seq={seq} />
        </span>
      ))}
    </>
  )

/** Cycles as rows, from the fill of the entry to the booking. */
export const CycleTable = ({ cycles, shown }: { readonly cycles: ReadonlyArray<Cycle>; readonly shown: Status }) => {
  const digits = priceDigits(shown)
  const { quote } = shown.market
  return (
    <Table
      label="Cycles"
      columns={[
        "closed",
        "cycle",
        `#net, ${quote}`,
        "#fees",
        "#entry",
        "#exit",
        "entry filled",
        "exit filled",
        "booked"
      ]}
    >
      {cycles.map((cycle) => (
        <tr key={cycle.seq}>
          <td>
            <At sec={cycle.exit_at} />
          </td>
          <td>
            <Leg of={cycle.trade_id} />
            {`${cycle.cycle}`}
            {KINDS[cycle.kind] === "" ? null : <em>{KINDS[cycle.kind]}</em>}
          </td>
          <td class={`n ${tone(cycle.net, PROFIT_DIGITS)}`}>{signed(cycle.net, PROFIT_DIGITS)}</td>
          <td class="n">{decimal(cycle.fees, PROFIT_DIGITS)}</td>
          <td class="n">{decimal(cycle.entry_price, digits)}</td>
          <td class={`n ${cycle.kind === "evicted" ? "quiet" : ""}`}>
            {cycle.kind === "evicted" ? `(${decimal(cycle.exit_price, digits)})` : decimal(cycle.exit_price, digits)}
          </td>
          <td>
            <Fills of={cycle.entry} />
          </td>
          <td>
            <Fills of={cycle.exit} />
          </td>
          <td>
            <RecordLink seq={cycle.seq} />
          </td>
        </tr>
      ))}
    </Table>
  )
}

/** Rows at first; the rest is there when somebody wants it. */
const FIRST_ROWS = 12

const More = ({ left, onClick }: { readonly left: number; readonly onClick: () => void }) =>
  left <= 0 ? null : (
    <button type="button" class="small" onClick={onClick}>
      {`${left} more`}
    </button>
  )

/** What a slot has been through. */
export const SlotPast = ({ history, shown }: { readonly history: SlotHistory; readonly shown: Status }) => {
  const cycles = useSignal(FIRST_ROWS)
  const transitions = useSignal(FIRST_ROWS)
  return (
    <>
      <Card title="Cycles">
        {history.cycles.length === 0 ? (
          <Empty>No cycle is complete yet.</Empty>
        ) : (
          <CycleTable cycles={history.cycles.slice(0, cycles.value)} shown={shown} />
        )}
        <More left={history.cycles.length - cycles.value} onClick={() => (cycles.value = history.cycles.length)} />
      </Card>
      <Card title="From phase to phase">
        {history.transitions.length === 0 ? (
          <Empty>It has not moved yet.</Empty>
        ) : (
          <Table label="Transitions" columns={["at", "what", "because", "record"]}>
            {history.transitions.slice(0, transitions.value).map(({ seq, at, what, from, to, text }, index) => (
              <tr key={`${seq} ${index}`}>
                <td>
                  <At sec={at} />
                </td>
                <td>{what === "phase" ? `${from ?? "start"} → ${to ?? "–"}` : what}</td>
                <td class="why">{text}</td>
                <td>
                  <RecordLink seq={seq} />
                </td>
              </tr>
            ))}
          </Table>
        )}
        <More
          left={history.transitions.length - transitions.value}
          onClick={() => (transitions.value = history.transitions.length)}
        />
      </Card>
    </>
  )
}
