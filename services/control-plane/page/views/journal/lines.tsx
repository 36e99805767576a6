/** Records of the journal as lines; each leads to what caused it and what followed. */
import { hrefOf } from "../../app/places.ts"
import { zone } from "../../app/state.ts"
import { integer, timeOfDay, UNKNOWN } from "../../kit/format.ts"
import { At } from "../../kit/parts.tsx"
import type { JournalLine } from "../../kit/payloads.ts"

/** Numbers of a rule as they read in a line: times of day for milliseconds, six digits of a long fraction. The record itself has them whole. */
const shortened = (rule: string): string =>
  rule
    .replaceAll(
      /(\w+)Ms (\d{13})\b/g,
      (_all, name: string, ms: string) => `${name} ${timeOfDay(Number(ms) / 1_000, zone.value)}`
    )
    .replaceAll(/-?\d+\.\d{8,}/g, (number) => String(Number(Number(number).toPrecision(6))))

/** A line for people; the rule with its numbers stands apart from the sentence. */
const Told = ({ text, tag }: { readonly text: string; readonly tag: string }) => {
  const sentence = text.startsWith(tag) ? text.slice(tag.length).replace(/^: /, "") : text
  const at = sentence.lastIndexOf(" [rule ")
  return at < 0 ? (
    <>{sentence}</>
  ) : (
    <>
      {sentence.slice(0, at)} <small class="rule">{shortened(sentence.slice(at + 2, -1))}</small>
    </>
  )
}

/** One record: when, who, what, and why. */
export const Line = ({
  line,
  chosen = false,
  view = "journal"
}: {
  readonly line: JournalLine
  readonly chosen?: boolean
  /** Where its numbers lead: to the record itself, or to the market as it was after it. */
  readonly view?: "journal" | "time"
}) => (
  <li class={chosen ? "chosen" : ""}>
    <a class="n seq" href={hrefOf(view, line.seq)} aria-current={chosen ? "true" : undefined}>
      #{integer(line.seq)}
    </a>
    <At sec={line.at ?? line.stored_at} day={view === "time"} />
    <span class="who">
      {line.family}
      {line.slot === null ? "" : ` ${line.slot}`}
    </span>
    <span class="said">
      {line.events.map((event, index) => (
        <span key={index}>
          <b>{event._tag}</b> <Told text={line.texts[index] ?? ""} tag={event._tag} />
        </span>
      ))}
    </span>
    {line.cause === null ? null : (
      <a class="cause n" href={hrefOf(view, line.cause)} title="The record that caused it">
        after #{integer(line.cause)}
      </a>
    )}
  </li>
)

/** Several records, in the order given. */
export const Lines = ({
  label,
  lines,
  chosen = null,
  view = "journal"
}: {
  readonly label: string
  readonly lines: ReadonlyArray<JournalLine>
  readonly chosen?: number | null
  readonly view?: "journal" | "time"
}) =>
  lines.length === 0 ? (
    <p class="empty">{UNKNOWN} none</p>
  ) : (
    <ol class={`lines ${view === "time" ? "dated" : ""}`} aria-label={label}>
      {lines.map((line) => (
        <Line key={line.seq} line={line} chosen={line.seq === chosen} view={view} />
      ))}
    </ol>
  )
