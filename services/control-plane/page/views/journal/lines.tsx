/** Records of the journal as lines; each leads to what caused it and what followed. */
import { hrefOf } from "../../app/places.ts"
import { integer, UNKNOWN } from "../../kit/format.ts"
import { At } from "../../kit/parts.tsx"
import type { JournalLine } from "../../kit/payloads.ts"

/** One record: when, who, what, and why. */
export const Line = ({ line, chosen = false }: { readonly line: JournalLine; readonly chosen?: boolean }) => (
  <li class={chosen ? "chosen" : ""}>
    <a class="n seq" href={hrefOf("journal", line.seq)} aria-current={chosen ? "true" : undefined}>
      #{integer(line.seq)}
    </a>
    <At sec={line.at ?? line.stored_at} />
    <span class="who">
      {line.family}
      {line.slot === null ? "" : ` ${line.slot}`}
    </span>
    <span class="said">
      {line.events.map((event, index) => (
        <span key={index}>
          <b>{event._tag}</b> {line.texts[index] ?? ""}
        </span>
      ))}
      {line.cause === null ? null : (
        <a class="cause n" href={hrefOf("journal", line.cause)}>
          after #{integer(line.cause)}
        </a>
      )}
    </span>
  </li>
)

/** Several records, in the order given. */
export const Lines = ({
  label,
  lines,
  chosen = null
}: {
  readonly label: string
  readonly lines: ReadonlyArray<JournalLine>
  readonly chosen?: number | null
}) =>
  lines.length === 0 ? (
    <p class="empty">{UNKNOWN} none</p>
  ) : (
    <ol class="lines" aria-label={label}>
      {lines.map((line) => (
        <Line key={line.seq} line={line} chosen={line.seq === chosen} />
      ))}
    </ol>
  )
