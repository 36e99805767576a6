/** The newest notices and commands, newest first. */
import type { ComponentChildren } from "preact"
import type { Status } from "../../../core/brief.ts"
import { At, Card, Empty } from "../../kit/parts.tsx"

/** Lines shown of notices and of commands; the report holds more. */
const SHOWN_LINES = 8

interface Line {
  readonly id: string
  readonly at: number
  readonly mark: string
  readonly text: string
  readonly note: string
}

const Log = ({
  title,
  empty,
  lines
}: {
  readonly title: string
  readonly empty: string
  readonly lines: ReadonlyArray<Line>
}) => (
  <Card title={title} class="log">
    {lines.length === 0 ? (
      <Empty>{empty}</Empty>
    ) : (
      <ol>
        {lines.map(({ id, at, mark, text, note }): ComponentChildren => (
          <li key={id}>
            <At sec={at === 0 ? null : at} />
            <p>
              <b class={mark}>{mark}</b> {text}
              {note === "" ? null : <em>{note}</em>}
            </p>
          </li>
        ))}
      </ol>
    )}
  </Card>
)

/** What the market told, and what people asked of it. */
export const Logs = ({ shown }: { readonly shown: Status }) => (
  <div class="logs">
    <Log
      title="Notices"
      empty="Nothing to tell."
      lines={shown.notices
        .toReversed()
        .slice(0, SHOWN_LINES)
        .map(({ at, severity, text }, index) => ({ id: `${at} ${index}`, at, mark: severity, text, note: "" }))}
    />
    <Log
      title="Commands"
      empty="Nobody has asked for anything yet."
      lines={shown.commands
        .toReversed()
        .slice(0, SHOWN_LINES)
        .map(({ id, at, author, text, result, reason }) => ({
          id,
          at,
          mark: result,
          text,
          note: result === "refused" && reason !== null ? `by ${author}: ${reason}` : `by ${author}`
        }))}
    />
  </div>
)
