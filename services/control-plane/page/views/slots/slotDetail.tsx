/** One slot: its orders with the reason behind each, what it does not do, its cycles, and how it came to where it is. */
import type { SlotBrief, Status } from "../../../core/brief.ts"
import { ActionButton } from "../../actions/buttons.tsx"
import { priceDigits } from "../../app/header.tsx"
import { hrefOf } from "../../app/places.ts"
import { past } from "../../app/state.ts"
import { useApi } from "../../kit/api.ts"
import { decimal, integer, percent, PROFIT_DIGITS, signed, tone } from "../../kit/format.ts"
import { At, Card, Empty, Leg, Table, Term } from "../../kit/parts.tsx"
import type { PastOrder, SlotHistory, SlotNow } from "../../kit/payloads.ts"
import { SlotPast } from "./slotPast.tsx"
import { nameOf, notDoneBy, stateInWords } from "./slotModel.ts"

/** History of the chosen slot is asked for this often. */
const EVERY_MS = 5_000

type Order = SlotBrief["orders"][number] | SlotBrief["recovery_orders"][number]
type Recovery = SlotNow["slot"]["recovery_orders"][number]

const OrderRow = ({
  slot,
  order,
  whole,
  shown,
  known
}: {
  readonly slot: SlotBrief
  readonly order: Order
  /** Of a recovery, once it has come. */
  readonly whole: Recovery | undefined
  readonly shown: Status
  readonly known: PastOrder | undefined
}) => {
  const recovery = "recovery_id" in order ? order : null
  const state = whole?.move_pending === true ? "about to move" : stateInWords(order.status)
  return (
    <tr>
      <th scope="row" class={order.side}>
        <Leg of={order.trade_id} />
        {`${order.side} ${recovery === null ? order.role : `recovery ${recovery.recovery_id}`}`}
        {state === "" ? null : <em class={order.status}>{state}</em>}
      </th>
      <td class="n">{decimal(order.price, priceDigits(shown))}</td>
      <td class="n">{percent(order.distance_pct)}</td>
      <td class="n">{decimal(order.volume, shown.constraints?.volume_decimals ?? 0, true)}</td>
      <td class="why">
        {whole?.sentence ?? known?.sentence ?? ""}{" "}
        {known === undefined ? null : <a href={hrefOf("journal", known.requested_seq)}>why</a>}
      </td>
      <td>
        {recovery === null ? null : (
          <ActionButton
            action="soft_close"
            args={{ slot_id: slot.slot_id, recovery_id: recovery.recovery_id }}
            class="small"
            name={`Soft close recovery ${recovery.recovery_id} of ${nameOf(slot)}`}
          >
            Soft close
          </ActionButton>
        )}
      </td>
    </tr>
  )
}

const Orders = ({
  slot,
  full,
  shown,
  history
}: {
  readonly slot: SlotBrief
  readonly full: SlotNow["slot"] | null
  readonly shown: Status
  readonly history: SlotHistory | null
}) => {
  const all: ReadonlyArray<Order> = [...slot.orders, ...slot.recovery_orders]
  if (all.length === 0) return <Empty>No orders.</Empty>
  const { base, quote } = shown.market
  return (
    <Table label="Orders" columns={["order", `#price, ${quote}`, "#to market", `#${base}`, "because", "action"]}>
      {all.map((order) => (
        <OrderRow
          key={order.local_id}
          slot={slot}
          order={order}
          whole={full?.recovery_orders.find(({ local_id: id }) => id === order.local_id)}
          shown={shown}
          known={history?.orders.find(({ local_id: id }) => id === order.local_id)}
        />
      ))}
    </Table>
  )
}

const NotDone = ({ slot }: { readonly slot: SlotBrief }) => {
  const lines = notDoneBy(slot)
  if (lines.length === 0) return <p class="quiet">Nothing is refused at present.</p>
  return (
    <ul class="refusals" aria-label="Not done at present">
      {lines.map(({ what, sentence, since }) => (
        <li key={what}>
          <b>{what}</b> not now
          {since === null ? null : (
            <>
              , since <At sec={since} />
            </>
          )}
          {`: ${sentence}`}
        </li>
      ))}
    </ul>
  )
}

const Sums = ({ slot, quote }: { readonly slot: SlotNow["slot"]; readonly quote: string }) => {
  const { money } = slot
  const amount = (text: string) => `${signed(text, PROFIT_DIGITS)} ${quote}`
  return (
    <dl class="sums">
      <Term name="profit" class={`n ${tone(slot.total_profit, PROFIT_DIGITS)}`}>
        {amount(slot.total_profit)}
      </Term>
      {money.evicted_cycles > 0 ? (
        <Term name="of that traded" class={`n ${tone(money.traded_profit, PROFIT_DIGITS)}`}>
          {amount(money.traded_profit)}
        </Term>
      ) : null}
      <Term name="fees paid">{`${decimal(money.fees_paid, PROFIT_DIGITS, true)} ${quote}`}</Term>
      <Term name="round trips">
        {integer(slot.total_round_trips)}
        {money.evicted_cycles > 0 ? <small>{` ${integer(money.evicted_cycles)} evicted`}</small> : null}
      </Term>
      <Term name="cycle A / B">{`${slot.cycle_a} / ${slot.cycle_b}`}</Term>
    </dl>
  )
}

/** What moves when something has happened to a slot: its sums, reasons and history are out of date then. */
const movesOf = (slot: SlotBrief): string =>
  [
    slot.phase,
    slot.total_profit,
    slot.total_round_trips,
    ...[...slot.orders, ...slot.recovery_orders].map(({ local_id: id }) => id)
  ].join(" ")

/** The slot with what no status has at a glance: of the past it came along, now it is asked for. Null: it has not come yet. */
const useInFull = (slot: SlotBrief): SlotNow["slot"] | null => {
  const { slot_id: id } = slot
  const then = past.value?.report.slots.find(({ slot_id }) => slot_id === id)
  const { data } = useApi<SlotNow>(past.value === null ? `/api/slots/${id}` : null, EVERY_MS, movesOf(slot))
  return then ?? data?.slot ?? null
}

/** One slot in full. */
export const SlotDetail = ({ slot, shown }: { readonly slot: SlotBrief; readonly shown: Status }) => {
  const before = past.value === null ? "" : `&before=${past.value.seq + 1}`
  const { data, problem } = useApi<SlotHistory>(
    `/api/slots/${slot.slot_id}/history?limit=100${before}`,
    past.value === null ? EVERY_MS : 0,
    past.value === null ? movesOf(slot) : ""
  )
  const full = useInFull(slot)
  return (
    <>
      <Card
        title={nameOf(slot)}
        class={`slot ${slot.halted === null ? "" : "halted"}`}
        side={
          <div class="buttons">
            <a class="button small" href={hrefOf("journal", `${slot.slot_id}@now`)}>
              Why?
            </a>
            {slot.life === "active" ? (
              <ActionButton
                action="remove_slot"
                args={{ slot_id: slot.slot_id }}
                class="small"
                name={`Remove ${nameOf(slot)}`}
              >
                Remove
              </ActionButton>
            ) : null}
          </div>
        }
      >
        <p class="phase">
          <b>{slot.phase_in_words}</b> <code>{slot.phase}</code>
          {slot.life === "retiring" ? <span class="retiring">retiring</span> : null}
        </p>
        {slot.halted === null ? null : <p class="bad">{`Halted: ${slot.halted.join("; ")}`}</p>}
        <Orders slot={slot} full={full} shown={shown} history={data} />
        <h3>Not done, and why</h3>
        <NotDone slot={slot} />
        {full === null ? null : <Sums slot={full} quote={shown.market.quote} />}
      </Card>
      {problem === null ? null : <Empty>{`No history: ${problem}`}</Empty>}
      {data === null ? null : <SlotPast history={data} shown={shown} />}
    </>
  )
}
