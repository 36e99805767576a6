/** What the regime advisor says, what the rebalancer makes of it, and how the structure of pairs is spread. */
import type { Status } from "../../../core/brief.ts"
import { ActionButton } from "../../actions/buttons.tsx"
import { past, report } from "../../app/state.ts"
import { useApi } from "../../kit/api.ts"
import { age, counted, integer, percent, share, signal, words } from "../../kit/format.ts"
import { At, Card, Empty, Table, Term } from "../../kit/parts.tsx"
import type { JournalPage } from "../../kit/payloads.ts"
import { Plot } from "./lines.tsx"
import {
  agreementInWords,
  biasSeries,
  chainOf,
  favoured,
  hasSpoken,
  idleSeries,
  probabilitySeries,
  type Reading,
  type Regime,
  skewSeries
} from "./regimeModel.ts"

/** Records of the advisor and the rebalancer are asked for this often. */
const EVERY_MS = 10_000

const useRecords = (type: string) => {
  const before = past.value === null ? "" : `&before=${past.value.seq + 1}`
  return useApi<JournalPage>(`/api/journal?type=${type}&limit=300${before}`, past.value === null ? EVERY_MS : 0)
}

const ReadingRow = ({ name, reading }: { readonly name: string; readonly reading: Reading | null }) => (
  <tr>
    <th scope="row">{reading?.timeframe ?? name}</th>
    {reading !== null && !reading.trained ? (
      <td colSpan={4} class="quiet">{`silent: ${reading.reason ?? "no model yet"}`}</td>
    ) : (
      <>
        <td class="n">{reading === null ? "–" : share(100 * reading.probabilities.bearish)}</td>
        <td class="n">{reading === null ? "–" : share(100 * reading.probabilities.ranging)}</td>
        <td class="n">{reading === null ? "–" : share(100 * reading.probabilities.bullish)}</td>
        <td class="n">{signal(reading?.bias_signal, 2)}</td>
      </>
    )}
    <td class="n quiet">{age(reading?.age_sec)}</td>
    <td class="why">{reading?.trained === true ? (reading.reason ?? "") : ""}</td>
  </tr>
)

const Consensus = ({ shown }: { readonly shown: Regime }) => {
  const spoken = hasSpoken(shown)
  return (
    <div class="verdict">
      <p class={`word ${spoken ? (shown.regime ?? "").toLowerCase() : "quiet"}`}>
        {spoken ? (shown.regime ?? "").toLowerCase() : "no regime yet"}
      </p>
      <p class="quiet">
        {spoken
          ? `${agreementInWords(shown)} · confidence ${share(100 * (shown.confidence ?? 0))} · bias ${signal(shown.bias_signal, 2)} · said ${age(shown.age_sec)} ago`
          : "No model speaks: the trend decides alone."}
      </p>
    </div>
  )
}

const Trainings = ({ shown }: { readonly shown: Regime }) => {
  const all = Object.entries(shown.trainings)
  return (
    <ul class="facts">
      {all.length === 0 ? <li>Not trained yet.</li> : null}
      {all.map(([timeframe, training]) =>
        "error" in training ? (
          <li key={timeframe} class="warn">
            {`${timeframe} not trained `}
            <At sec={training.at} day />
            {`: ${training.error}`}
          </li>
        ) : (
          <li key={timeframe}>
            {`${timeframe} trained `}
            <At sec={training.at} day />
            {`: ${integer(training.candles)} candles`}
            {training.separation === null ? "" : `, separation ${training.separation.toFixed(2)}`}
            {training.warnings.map((warning) => `, ${warning}`)}
          </li>
        )
      )}
    </ul>
  )
}

const Scorecard = ({ shown: { scorecard: card, shadow } }: { readonly shown: Regime }) => (
  <Card title="Scorecard">
    <p class="quiet">
      {shadow
        ? "Shadow mode: it moves nothing and keeps score."
        : "How often a reading that took a side was followed by a move to that side."}
    </p>
    <dl class="tiles">
      <Term name="readings">{integer(card.readings)}</Term>
      <Term name="took a side">{integer(card.directional)}</Term>
      <Term name="right">
        {integer(card.hits)}
        {card.hit_rate == null ? "" : ` · ${share(100 * card.hit_rate, 0)}`}
      </Term>
      <Term name="following it">{percent(100 * card.bias_times_move)}</Term>
      <Term name="always up">{percent(100 * card.moves)}</Term>
    </dl>
  </Card>
)

const Advisor = ({ shown }: { readonly shown: Regime }) => {
  const { data } = useRecords("RegimeObserved")
  return (
    <Card
      title="Regime"
      class="advice"
      side={
        shown.enabled ? (
          <ActionButton action="retrain" class="small">
            Retrain
          </ActionButton>
        ) : null
      }
    >
      {shown.enabled ? (
        <>
          <Consensus shown={shown} />
          <Table label="Detectors" columns={["timeframe", "#bearish", "#ranging", "#bullish", "#bias", "#age", "note"]}>
            <ReadingRow name="fast" reading={shown.fast} />
            <ReadingRow name="slow" reading={shown.slow} />
          </Table>
          {(["fast", "slow"] as const).map((detector) => (
            <Plot
              key={detector}
              label={`Probabilities, ${shown[detector]?.timeframe ?? detector}`}
              as="shares"
              series={data === null ? null : probabilitySeries(data.records, detector)}
              show={(value) => share(100 * value, 0)}
            />
          ))}
          <Plot
            label="Consensus"
            series={data === null ? null : biasSeries(data.records)}
            show={(value) => signal(value, 2)}
          />
          <Trainings shown={shown} />
        </>
      ) : (
        <Empty>advisor off: HMM_ENABLED=false. The trend decides alone.</Empty>
      )}
    </Card>
  )
}

const Rebalancer = ({ shown }: { readonly shown: Status }) => {
  const { data } = useRecords("SkewDecided")
  const { rebalancer } = shown
  if (rebalancer === undefined) return null
  return (
    <Card title="Rebalancer" class="advice">
      {rebalancer.enabled ? (
        <>
          <div class="verdict">
            <p class="word n">{signal(rebalancer.skew)}</p>
            <p class="quiet">
              {rebalancer.reason === null ? (
                "no look at the market yet"
              ) : (
                <>
                  {`skew: ${favoured(rebalancer.skew, rebalancer.in_effect)} · at `}
                  <At sec={rebalancer.last_update_ts} />
                  {`. ${rebalancer.reason.sentence}`}
                </>
              )}
            </p>
          </div>
          <Plot
            label="Skew"
            series={data === null ? null : skewSeries(data.records)}
            show={(value) => signal(value, 3)}
          />
          <Plot
            label="Idle dollars"
            series={data === null ? null : idleSeries(data.records)}
            show={(value) => share(100 * value, 1)}
            withZero={false}
          />
          <dl class="rows">
            {chainOf(shown).map(([name, value]) => (
              <Term key={name} name={name}>
                {value}
              </Term>
            ))}
          </dl>
        </>
      ) : (
        <Empty>rebalancer off: REBALANCE_ENABLED=false. Both sides have the same size.</Empty>
      )}
    </Card>
  )
}

const STRUCTURES = ["tight_smc", "wide_structure", "consolidation", "no_data"] as const

const Structure = ({ shown }: { readonly shown: Status }) => {
  const { structure } = shown
  if (structure === undefined || structure === null) return null
  const { distribution } = structure
  return (
    <Card title="Structure" side={<span class="quiet">{`${counted(structure.symbols, "pair")} watched`}</span>}>
      {structure.trouble == null ? null : <p class="warn">{structure.trouble}</p>}
      <Table label="Structure of watched pairs" columns={["timeframe", ...STRUCTURES.map((name) => `#${words(name)}`)]}>
        {Object.entries(distribution).map(([timeframe, counts]) => (
          <tr key={timeframe}>
            <th scope="row">{timeframe}</th>
            {STRUCTURES.map((name) => (
              <td key={name} class="n">
                {integer((counts as Readonly<Record<string, number>>)[name] ?? 0)}
              </td>
            ))}
          </tr>
        ))}
      </Table>
      {structure.pair == null ? null : (
        <ul class="facts">
          <li>{`${structure.pair.symbol}: bias ${structure.pair.bias}`}</li>
          {Object.entries(structure.pair.timeframes).map(([timeframe, { regime, why }]) => (
            <li key={timeframe}>{`${timeframe}: ${words(regime)}, ${why}`}</li>
          ))}
        </ul>
      )}
    </Card>
  )
}

/** Regime, rebalancer, scorecard, structure. */
export const Regimes = () => {
  const shown = report.value
  if (shown === null) return null
  const advisor = shown.hmm_regime
  return (
    <div class="columns">
      {advisor === undefined ? (
        <Empty>Nobody tells of regimes: service hmm-advisor does not run.</Empty>
      ) : (
        <Advisor shown={advisor} />
      )}
      <Rebalancer shown={shown} />
      {advisor?.enabled === true ? <Scorecard shown={advisor} /> : null}
      <Structure shown={shown} />
    </div>
  )
}
