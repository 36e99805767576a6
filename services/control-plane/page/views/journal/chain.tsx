/** One record: what led to it, what it says, and what follows from it. */
import { hrefOf } from "../../app/places.ts"
import { useApi } from "../../kit/api.ts"
import { counted, integer } from "../../kit/format.ts"
import { At, Card, Empty } from "../../kit/parts.tsx"
import type { Chain as ChainPayload, JournalLine } from "../../kit/payloads.ts"
import { fieldsOf } from "./journalModel.ts"
import { Lines } from "./lines.tsx"

const Fields = ({ event }: { readonly event: JournalLine["events"][number] }) => (
  <>
    <h3>{event._tag}</h3>
    <dl class="fields">
      {fieldsOf(event).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd class="n">{value}</dd>
        </div>
      ))}
    </dl>
  </>
)

const Record = ({ line }: { readonly line: JournalLine }) => (
  <>
    <p>
      {line.texts.map((text) => (
        <span key={text} class="sentence">
          {text}
        </span>
      ))}
    </p>
    <p class="quiet small-print">
      <At sec={line.at} day />
      {` · ${line.subject} · by ${line.writer}, epoch ${line.epoch} · ${line.id}`}
    </p>
    {line.events.map((event, index) => (
      <Fields key={index} event={event} />
    ))}
  </>
)

/** Both ways from one record. */
export const Chain = ({ seq }: { readonly seq: number }) => {
  const { data, problem } = useApi<ChainPayload>(`/api/chain/${seq}`)
  return (
    <div class="chain">
      {problem === null ? null : <Empty>{problem}</Empty>}
      {data === null ? (
        problem === null ? (
          <Empty>Looking for what led to record {integer(seq)} …</Empty>
        ) : null
      ) : (
        <>
          <Card title="What led to it" side={<span class="quiet">{counted(data.causes.length, "record")}</span>}>
            <Lines label="What led to it" lines={data.causes} />
          </Card>
          <Card
            title={`Record ${integer(seq)}`}
            class="chosen"
            side={
              <div class="buttons">
                <a class="button small" href={hrefOf("journal", seq - 1)}>
                  Previous
                </a>
                <a class="button small" href={hrefOf("journal", seq + 1)}>
                  Next
                </a>
                <a class="button small" href={hrefOf("time", seq)}>
                  The whole page then
                </a>
              </div>
            }
          >
            <Record line={data.record} />
          </Card>
          <Card
            title="What followed from it"
            side={
              <span class="quiet">
                {data.complete
                  ? counted(data.effects.length, "record")
                  : `looked as far as #${integer(data.looked_to)}`}
              </span>
            }
          >
            <Lines label="What followed from it" lines={data.effects} />
          </Card>
        </>
      )}
    </div>
  )
}
