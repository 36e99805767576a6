/** Candles and levels: windows, gaps, where candles come from, what is being fetched, how exact the levels are. */
import type { Status } from "../../../core/brief.ts"
import { ActionButton } from "../../actions/buttons.tsx"
import { priceDigits } from "../../app/header.tsx"
import { past, report } from "../../app/state.ts"
import { useApi } from "../../kit/api.ts"
import { age, counted, decimal, integer, share, words } from "../../kit/format.ts"
import { At, Card, Empty, Meter, Table } from "../../kit/parts.tsx"
import type { Candles } from "../../kit/payloads.ts"
import { levelsOf, noLevels, noWindows, provenanceOf, streamText, type Window, windowsOf } from "./dataModel.ts"

/** Candles are counted this often. */
const EVERY_MS = 15_000

const Provenance = ({ timeframe }: { readonly timeframe: string }) => {
  const { data } = useApi<Candles>(
    past.value === null ? `/api/candles?timeframe=${timeframe}&limit=720` : null,
    EVERY_MS
  )
  if (data === null) return null
  return (
    <li>
      {`The newest ${integer(data.candles.length)} came by `}
      {provenanceOf(data.candles)
        .map(([source, count]) => `${source} ${integer(count)}`)
        .join(", ")}
      .
    </li>
  )
}

const WindowCard = ({ of }: { readonly of: Window }) => {
  const { pipeline } = of
  return (
    <Card
      title={`Data window (${of.timeframe})`}
      side={
        <ActionButton
          action="backfill_ohlcv"
          args={{ timeframe: of.timeframe }}
          class="small"
          name={`Backfill ${of.timeframe}`}
        >
          {of.stalls > 0 ? "Reset stalls and backfill" : "Backfill"}
        </ActionButton>
      }
    >
      <p class="big n">
        {of.filled} <small>{of.kept}</small>
      </p>
      <Meter share={of.share} label={`Candles of ${of.timeframe}: ${of.filled}`} />
      <ul class="facts">
        <li class={of.tone}>{of.state}</li>
        {of.lacks.map((lack) => (
          <li key={lack} class="warn">
            {lack}
          </li>
        ))}
        <li>{of.holes.length === 0 ? "no holes" : of.holes.join(", ")}</li>
        <li>{`spans ${pipeline.span_hours.toFixed(1)} h, ${share(pipeline.volume_coverage_pct, 0)} of it with volume`}</li>
        <li>
          {`from ${pipeline.source}, every ${age(pipeline.sync_interval_sec)}; last at `}
          <At sec={pipeline.last_sync_ts} />
          {`: ${integer(pipeline.last_sync_rows_queued)} rows`}
        </li>
        {pipeline.stream == null ? null : <li>{streamText(pipeline.stream)}</li>}
        <li>{`backfill: ${pipeline.backfill_message}`}</li>
        {of.stalls === 0 ? null : (
          <li class="warn">{`${counted(of.stalls, "backfill")} in a row brought nothing new`}</li>
        )}
        <Provenance timeframe={of.timeframe} />
      </ul>
    </Card>
  )
}

const Jobs = ({ shown }: { readonly shown: Status }) => {
  const { backfill, projector, data } = shown
  return (
    <Card title="Backfill and store">
      {backfill === undefined ? (
        <Empty>No candles are known yet: the store is being opened, or service ohlcv-ingestor does not run.</Empty>
      ) : (
        <>
          <p>
            <b>{words(backfill.backfill_status)}</b>
            {` · ${integer(backfill.chunks_done)} of ${integer(backfill.chunks_total)} chunks · ${share(backfill.percent, 1)}`}
            {(backfill.eta_seconds ?? 0) > 0 ? ` · ${age(backfill.eta_seconds)} to go` : ""}
          </p>
          <Meter share={backfill.percent / 100} label={`Backfill: ${share(backfill.percent, 1)}`} />
          <ul class="facts">
            <li>{`metrics are ${backfill.metrics_precision}`}</li>
            {backfill.message === "" ? null : <li>{backfill.message}</li>}
            <li>
              {Object.values(backfill.jobs).every((count) => count === 0)
                ? "no history jobs"
                : Object.entries(backfill.jobs)
                    .map(([state, count]) => `${words(state)} ${integer(count)}`)
                    .join(" · ")}
            </li>
            <li>
              {`next by plan ${backfill.schedule ?? "–"}: `}
              <At sec={backfill.next_run} day />
            </li>
          </ul>
        </>
      )}
      <ul class="facts">
        {projector === undefined ? null : (
          <li class={projector.trouble == null ? "" : "warn"}>
            {`Store: ${projector.lag === undefined ? "" : projector.lag === 0 ? "up to date" : `${counted(projector.lag, "record")} behind the journal`}`}
            {(projector.refused_rows ?? 0) === 0 ? "" : `, rows refused: ${integer(projector.refused_rows)}`}
            {projector.trouble == null ? "" : `, ${projector.trouble}`}
          </li>
        )}
        {(data?.reasons ?? []).map((reason) => (
          <li key={reason} class="warn">
            {reason}
          </li>
        ))}
      </ul>
    </Card>
  )
}

const Levels = ({ shown }: { readonly shown: Status }) => {
  const rows = levelsOf(shown)
  const digits = priceDigits(shown)
  return (
    <Card title="Key levels" class="wide">
      {rows.length === 0 ? (
        <Empty>{`No levels are known: ${noLevels(shown)}.`}</Empty>
      ) : (
        <Table label="Key levels" columns={["of", "level", "#price", "precision", "missing"]}>
          {rows.map(({ group, name, price, precision, missing }) => (
            <tr key={`${group} ${name}`}>
              <td>{group}</td>
              <th scope="row">{name}</th>
              <td class="n">{decimal(price, digits)}</td>
              {price === null ? (
                <td class="quiet">not known: nothing traded in it, or it is not over</td>
              ) : (
                <td class={precision.startsWith("PRECISE") ? "good" : "warn"}>{precision}</td>
              )}
              <td class="why">{missing}</td>
            </tr>
          ))}
        </Table>
      )}
    </Card>
  )
}

/** Everything the market stands on. */
export const Data = () => {
  const shown = report.value
  if (shown === null) return null
  const windows = windowsOf(shown)
  return (
    <div class="columns">
      {windows.map((of) => (
        <WindowCard key={of.timeframe} of={of} />
      ))}
      {windows.length === 0 ? <Empty>{noWindows(shown)}</Empty> : null}
      <Jobs shown={shown} />
      <Levels shown={shown} />
    </div>
  )
}
