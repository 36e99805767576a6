/** What was realised and what the account is worth; profit and loss by day, week and month. */
import { useSignal } from "@preact/signals"
import type { Status } from "../../../core/brief.ts"
import { past } from "../../app/state.ts"
import { useApi } from "../../kit/api.ts"
import { BALANCE_DIGITS, decimal, integer, PROFIT_DIGITS, signed, tone } from "../../kit/format.ts"
import { Card, Choice, Empty, Table } from "../../kit/parts.tsx"
import type { Pnl, PnlBy } from "../../kit/payloads.ts"
import { barsOf, type Figure, type PnlBar, realised, worth } from "./moneyModel.ts"

/** Sums are asked for this often. */
const EVERY_MS = 5_000
/** Bars that fit beside each other on a phone. */
const MOST_BARS = 14

const Figures = ({ rows }: { readonly rows: ReadonlyArray<Figure> }) => (
  <dl>
    {rows.map(({ name, value, unit, tone: colour, big }) => (
      <div key={name}>
        <dt>{name}</dt>
        <dd class={`n ${colour} ${big === true ? "big" : ""}`}>
          {value}
          <small> {unit}</small>
        </dd>
      </div>
    ))}
  </dl>
)

/** Realised, and what is open. */
export const Realised = ({ shown }: { readonly shown: Status }) => (
  <Card title="Realised" class="figures">
    <Figures rows={realised(shown)} />
  </Card>
)

/** Why nothing is known of what the account is worth. */
const unknownWorth = ({ money }: Status): string =>
  money.account === null ? "The exchange has not told the balances yet." : "No price has been heard yet."

/** The account, against doing nothing. */
export const Worth = ({ shown }: { readonly shown: Status }) => {
  const rows = worth(shown)
  const { account, market } = shown
  return (
    <Card title="Account" class="figures">
      {rows.length === 0 ? <Empty>{unknownWorth(shown)}</Empty> : <Figures rows={rows} />}
      {account === null ? null : (
        <p class="quiet small-print n">
          {`Free: ${decimal(account.base_free, BALANCE_DIGITS, true)} ${market.base} and ${decimal(account.quote_free, BALANCE_DIGITS, true)} ${market.quote}; `}
          {`in orders ${decimal(account.base_hold, BALANCE_DIGITS, true)} and ${decimal(account.quote_hold, BALANCE_DIGITS, true)}.`}
        </p>
      )}
    </Card>
  )
}

const WIDTH = 32
const HEIGHT = 84

const Bars = ({ bars }: { readonly bars: ReadonlyArray<PnlBar> }) => (
  <svg
    class="bars"
    viewBox={`0 0 ${Math.max(1, bars.length) * WIDTH} ${HEIGHT}`}
    role="img"
    aria-label="Realised profit and loss by period; the table below has the figures"
  >
    <line class="zero" x1="0" x2={bars.length * WIDTH} y1={HEIGHT / 2} y2={HEIGHT / 2} />
    {bars.map(({ period, height, text }, index) => {
      const tall = Math.max(1, (Math.abs(height) * HEIGHT) / 2)
      return (
        <rect
          key={period.period}
          class={height < 0 ? "loss" : "gain"}
          x={index * WIDTH + 4}
          width={WIDTH - 8}
          y={height < 0 ? HEIGHT / 2 : HEIGHT / 2 - tall}
          height={tall}
        >
          <title>{`${period.period}: ${text}`}</title>
        </rect>
      )
    })}
  </svg>
)

const Periods = ({ pnl }: { readonly pnl: Pnl }) => {
  const bars = barsOf(pnl.periods, MOST_BARS)
  return (
    <>
      {bars.length > 1 ? <Bars bars={bars} /> : null}
      <Table label="Profit and loss" columns={[pnl.by, "#realised", "#fees", "#cycles", "#won"]}>
        {bars.toReversed().map(({ period: { period, ...sums } }) => (
          <tr key={period}>
            <th scope="row" class="n">
              {period}
            </th>
            <td class={`n ${tone(sums.realised, PROFIT_DIGITS)}`}>{signed(sums.realised, PROFIT_DIGITS)}</td>
            <td class="n">{decimal(sums.fees, PROFIT_DIGITS)}</td>
            <td class="n">{integer(sums.cycles)}</td>
            <td class="n">{integer(sums.winning)}</td>
          </tr>
        ))}
      </Table>
    </>
  )
}

/** By day, week or month. */
export const PnlCard = () => {
  const by = useSignal<PnlBy>("day")
  const isNow = past.value === null
  const { data, problem } = useApi<Pnl>(isNow ? `/api/pnl?by=${by.value}` : null, EVERY_MS)
  const unrealised = data?.unrealised ?? null
  return (
    <Card
      title="Profit and loss"
      class="pnl"
      side={
        <Choice
          label="By"
          value={by.value}
          options={[
            ["day", "day"],
            ["week", "week"],
            ["month", "month"]
          ]}
          onChange={(value) => (by.value = value)}
        />
      }
    >
      {isNow ? null : <Empty>Sums by period are of now: go back to now to see them.</Empty>}
      {problem === null ? null : <Empty>{problem}</Empty>}
      {data === null || !isNow ? null : data.periods.length === 0 ? (
        <Empty>Nothing has been booked or paid yet.</Empty>
      ) : (
        <Periods pnl={data} />
      )}
      {unrealised === null || !isNow ? null : (
        <p class="quiet small-print n">
          {`Not realised, at ${unrealised.price}: open ${signed(unrealised.open, PROFIT_DIGITS)}`}
          {Number(unrealised.evicted) === 0 ? "" : `, evicted ${signed(unrealised.evicted, PROFIT_DIGITS)}`}
          {` ${data?.currency ?? ""}.`}
        </p>
      )}
    </Card>
  )
}
