/** Room for orders with its true cause, capital layers and what they lack, sizes and targets, the day's losses. */
import type { Status } from "../../../core/brief.ts"
import { ActionButton } from "../../actions/buttons.tsx"
import { report } from "../../app/state.ts"
import { age, BALANCE_DIGITS, decimal, integer, percent, PROFIT_DIGITS, share, words } from "../../kit/format.ts"
import { Card, Meter, Term } from "../../kit/parts.tsx"

/** How far the two counts are apart, and for how long, in the exchange's time. */
const driftText = ({ open_order_drift_hint: drift, market }: Status): string => {
  if (drift.difference === null) return "not known: the exchange has not counted yet"
  if (drift.since === null || market.venue_time === null)
    return drift.difference === 0 ? "none" : `${integer(drift.difference)}, which is no drift yet`
  const lasted = age(market.venue_time - drift.since)
  return `${integer(drift.difference)} orders for ${lasted}${drift.active ? "" : ", not told yet"}`
}

const Room = ({ shown }: { readonly shown: Status }) => {
  const { capacity_fill_health: room } = shown
  return (
    <Card title="Capacity" side={<ActionButton action="reconcile_drift" class="small" />}>
      <p class={`word ${room.status_band}`}>{room.status_band}</p>
      <Meter
        share={room.open_orders_safe_cap === 0 ? 0 : room.open_orders_current / room.open_orders_safe_cap}
        label={`Open orders: ${room.open_orders_current} of ${room.open_orders_safe_cap}`}
        tone={room.status_band}
      />
      <ul class="facts">
        {room.blocked_risk_hint.map((hint) => (
          <li key={hint} class="warn">
            {hint}
          </li>
        ))}
      </ul>
      <dl class="rows">
        <Term name="Open orders, by our books">{integer(room.open_orders_internal)}</Term>
        <Term name="Open orders, by the exchange">{integer(room.open_orders_kraken)}</Term>
        <Term name="Places that are safe to use">{`${integer(room.open_orders_safe_cap)} of ${integer(room.open_order_limit_configured)}`}</Term>
        <Term name="Places left">{integer(room.open_order_headroom)}</Term>
        <Term name="In use">{share(room.open_order_utilization_pct, 1)}</Term>
        <Term name="Orders of a slot, about">{room.orders_per_slot_estimate.toFixed(1)}</Term>
        <Term name="Slots that still fit, about">{integer(room.estimated_slots_remaining)}</Term>
        <Term name="Filled within (half of them / 95 %)">{`${age(room.median_fill_seconds_1d)} / ${age(room.p95_fill_seconds_1d)}`}</Term>
        <Term name="Partly filled, open / cancelled, 1 day">{`${integer(room.partial_fill_open_events_1d)} / ${integer(room.partial_fill_cancel_events_1d)}`}</Term>
        <Term name="Drift between the books">{driftText(shown)}</Term>
      </dl>
    </Card>
  )
}

const Layers = ({ shown }: { readonly shown: Status }) => {
  const { capital_layers: layers, market } = shown
  return (
    <Card
      title="Capital layers"
      side={
        <div class="buttons">
          <ActionButton action="add_layer" class="small">
            Add layer
          </ActionButton>
          <ActionButton action="remove_layer" class="small">
            Remove layer
          </ActionButton>
        </div>
      }
    >
      <p class="word n">{`${layers.effective} of ${layers.target}`}</p>
      <dl class="rows">
        <Term name="Funded">{layers.fully_funded ? "all that are wanted" : "not all that are wanted"}</Term>
        <Term name={`Missing, ${market.base}`}>{decimal(layers.funding_gap_doge, BALANCE_DIGITS, true)}</Term>
        <Term name={`Missing, ${market.quote}`}>{decimal(layers.funding_gap_usd, BALANCE_DIGITS, true)}</Term>
        <Term name={`A layer adds to each order, ${market.base}`}>{String(layers.doge_per_order)}</Term>
        <Term name="Orders a layer is reckoned for">{integer(layers.orders_per_layer)}</Term>
        <Term name="Funded by, where nobody says">{layers.default_source}</Term>
        {Object.entries(layers.sources).map(([source, known]) => (
          <Term key={source} name={`Layers that free ${source.toUpperCase()} could fund`}>
            {integer(known?.fundable_layers)}
            {known === null || known.next_layer === null || known.next_layer.covered
              ? ""
              : `; the next lacks ${decimal(known.next_layer.missing, BALANCE_DIGITS, true)}`}
          </Term>
        ))}
        <Term name="Orders that have the present size">{`${integer(layers.propagation.done)} of ${integer(layers.propagation.orders)}`}</Term>
      </dl>
    </Card>
  )
}

const Targets = ({ shown }: { readonly shown: Status }) => {
  const { targets, sizing } = shown
  return (
    <Card
      title="Sizes and targets"
      side={
        <div class="buttons">
          <ActionButton action="set_entry_pct" class="small">
            Set entry
          </ActionButton>
          <ActionButton action="set_profit_pct" class="small">
            Set profit
          </ActionButton>
        </div>
      }
    >
      <dl class="rows">
        <Term name="Entry distance">{share(targets.entry_pct)}</Term>
        <Term name="Profit target">{share(targets.profit_pct)}</Term>
        <Term name="of that by volatility">{share(targets.volatility_profit_pct)}</Term>
        <Term name="Set by the operator, entry / profit">{`${share(targets.operator_entry_pct)} / ${share(targets.operator_profit_pct)}`}</Term>
        <Term name="Two maker fees">{share(targets.fees_pct)}</Term>
        <Term name="Does the target exceed the fees?" class={targets.below_fees === true ? "bad" : ""}>
          {targets.below_fees === null ? "–" : targets.below_fees ? "no: a cycle at it earns nothing" : "yes"}
        </Term>
        <Term name="Layers in force">{integer(sizing?.effective_layers)}</Term>
        <Term name="Skew of sizes">{sizing === null ? "–" : percent(100 * sizing.skew)}</Term>
      </dl>
    </Card>
  )
}

const Losses = ({ shown }: { readonly shown: Status }) => {
  const { daily_loss: day, market } = shown
  const amount = (text: string | null): string => `${decimal(text, PROFIT_DIGITS, true)} ${market.quote}`
  return (
    <Card
      title="Losses of the day"
      side={
        <ActionButton action="set_daily_loss_limit" class="small">
          Set limit
        </ActionButton>
      }
    >
      <p class={`word ${day.locked ? "stop" : ""}`}>{day.locked ? "locked" : "not locked"}</p>
      {day.sentence === null ? null : <p>{day.sentence}</p>}
      {day.limit === null || Number(day.limit) === 0 ? null : (
        <Meter share={Number(day.losses) / Number(day.limit)} label={`Lost ${day.losses} of ${day.limit}`} />
      )}
      <dl class="rows">
        <Term name={`Losing cycles of ${day.utc_day ?? "today"}, UTC`}>{amount(day.losses)}</Term>
        <Term name="of that evicted">{amount(day.evicted_losses)}</Term>
        <Term name="Gains, which are not set off">{amount(day.gains)}</Term>
        <Term name="Limit">{day.limit === null ? "none" : amount(day.limit)}</Term>
        <Term name="Left">{day.left === null ? "–" : amount(day.left)}</Term>
        <Term name="The day ends in">
          {`${age(day.day_ends_in_sec)} of the exchange`}
          {day.day_ends_in_wall_sec === day.day_ends_in_sec ? "" : `, ${age(day.day_ends_in_wall_sec)} here`}
        </Term>
      </dl>
    </Card>
  )
}

const Queue = ({ shown }: { readonly shown: Status }) => {
  const { entry_scheduler: entries } = shown
  return (
    <Card title="Entries that wait">
      <dl class="rows">
        <Term name="Granted this loop">
          {shown.mode === "PAUSED" || shown.mode === "HALTED"
            ? `none while ${shown.mode.toLowerCase()}`
            : `${integer(entries.granted_in_loop)} of ${integer(entries.cap)}`}
        </Term>
        <Term name="Deferred / let go so far">{`${integer(entries.deferred_total)} / ${integer(entries.drained_total)}`}</Term>
        <Term name="Waiting now">{integer(entries.deferred)}</Term>
      </dl>
      <ul class="facts">
        {entries.queue.map(({ slot, local_id: id, side, price }) => (
          <li key={`${slot} ${id}`}>{`slot ${slot}: ${words(side)} at ${price}`}</li>
        ))}
      </ul>
    </Card>
  )
}

/** What limits growth, and what may be done about it. */
export const Capital = () => {
  const shown = report.value
  if (shown === null) return null
  return (
    <div class="columns">
      <Room shown={shown} />
      <Layers shown={shown} />
      <Targets shown={shown} />
      <Losses shown={shown} />
      <Queue shown={shown} />
    </div>
  )
}
