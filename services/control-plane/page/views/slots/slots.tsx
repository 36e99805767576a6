/** One row a slot, many at a glance; the chosen one below, with everything behind it. */
import type { Status } from "../../../core/brief.ts"
import { ActionButton } from "../../actions/buttons.tsx"
import { hrefOf } from "../../app/places.ts"
import { place } from "../../app/routes.ts"
import { report } from "../../app/state.ts"
import { decimal, integer, percent, PROFIT_DIGITS, signed } from "../../kit/format.ts"
import { Card, Empty, Leg, Table, Term } from "../../kit/parts.tsx"
import { SlotDetail } from "./slotDetail.tsx"
import { type OrderChip, rowsOf, type SlotRow, stateInWords } from "./slotModel.ts"

const Chip = ({ leg, side, role, distancePct, status }: OrderChip) => (
  <span class={`chip ${side}`}>
    <Leg of={leg} />
    {`${side} ${role} `}
    <span class="n">{percent(distancePct)}</span>
    {stateInWords(status) === "" ? null : <em class={status}>{stateInWords(status)}</em>}
  </span>
)

const Row = ({ row, chosen }: { readonly row: SlotRow; readonly chosen: boolean }) => (
  <tr class={`${row.mark.replace(" ", "-")} ${chosen ? "chosen" : ""}`}>
    <th scope="row">
      <a href={hrefOf("slots", row.slot)} aria-current={chosen ? "true" : undefined}>
        {row.name}
      </a>
      <em>{row.name === `Slot ${row.slot}` ? row.mark : `slot ${row.slot} ${row.mark}`}</em>
    </th>
    <td>
      {row.phase} <code>{row.code}</code>
    </td>
    <td class="chips">
      {row.orders.map((chip) => (
        <Chip key={chip.id} {...chip} />
      ))}
    </td>
    <td class="n" data-name={row.recoveries === 1 ? "recovery" : "recoveries"}>
      {integer(row.recoveries)}
    </td>
    <td class="n" data-name={row.trips === 1 ? "round trip" : "round trips"}>
      {integer(row.trips)}
    </td>
    <td class={`n ${row.tone}`}>{row.profit}</td>
    <td class="why">{row.waits}</td>
  </tr>
)

const Retired = ({ shown }: { readonly shown: Status }) => {
  const { retired_slots: gone, market } = shown
  if (gone.slot_ids.length === 0) return null
  return (
    <Card title="Retired slots" class="figures">
      <p class="quiet">{gone.slot_ids.map((slot) => `slot ${slot}`).join(", ")}: what they have left in the totals.</p>
      <dl class="sums">
        <Term name="profit">{`${signed(gone.total_profit, PROFIT_DIGITS)} ${market.quote}`}</Term>
        <Term name="fees paid">{`${decimal(gone.money.fees_paid, PROFIT_DIGITS, true)} ${market.quote}`}</Term>
        <Term name="round trips">{integer(gone.total_round_trips)}</Term>
      </dl>
    </Card>
  )
}

/** All slots, and the chosen one. */
export const Slots = () => {
  const shown = report.value
  if (shown === null) return null
  const rows = rowsOf(shown)
  const asked = Number(place.value.rest)
  const chosen = shown.slots.find(({ slot_id: slot }) => slot === asked) ?? shown.slots[0]
  return (
    <div class="stack">
      <Card title="Slots" class="all-slots" side={<ActionButton action="add_slot" class="small" />}>
        {rows.length === 0 ? (
          <Empty>No slots yet: none is configured in the journal.</Empty>
        ) : (
          <Table
            label="Slots"
            columns={[
              "slot",
              "phase",
              "orders",
              "#recoveries",
              "#round trips",
              `#profit, ${shown.market.quote}`,
              "not done, and why"
            ]}
          >
            {rows.map((row) => (
              <Row key={row.slot} row={row} chosen={row.slot === chosen?.slot_id} />
            ))}
          </Table>
        )}
      </Card>
      {chosen === undefined ? null : <SlotDetail key={chosen.slot_id} slot={chosen} shown={shown} />}
      <Retired shown={shown} />
    </div>
  )
}
