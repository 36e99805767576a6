/** What views are made of. */
import type { ComponentChildren, JSX } from "preact"
import { zone } from "../app/state.ts"
import { dateTime, timeOfDay } from "./format.ts"

/** A named section under a heading of the same words. */
export const Card = ({
  title,
  class: classes = "",
  side,
  children
}: {
  readonly title: string
  readonly class?: string
  /** What stands beside the heading. */
  readonly side?: ComponentChildren
  readonly children: ComponentChildren
}) => (
  <section class={`card ${classes}`} aria-label={title}>
    <div class="heading">
      <h2>{title}</h2>
      {side}
    </div>
    {children}
  </section>
)

/** A name and its value, as a `dl` wants them. */
export const Term = ({
  name,
  class: classes = "n",
  note,
  children
}: {
  readonly name: string
  /** Of the value. */
  readonly class?: string
  readonly note?: ComponentChildren
  readonly children: ComponentChildren
}) => (
  <div>
    <dt>{name}</dt>
    <dd class={classes}>{children}</dd>
    {note === undefined ? null : <dd class="note">{note}</dd>}
  </div>
)

/** What stands where there is nothing else to show. */
export const Empty = ({ children }: { readonly children: ComponentChildren }) => <p class="empty">{children}</p>

/** A table that scrolls sideways by itself on a narrow screen; a column whose name begins with `#` holds numbers. */
export const Table = ({
  label,
  columns,
  children
}: {
  readonly label: string
  readonly columns: ReadonlyArray<string>
  readonly children: ComponentChildren
}) => (
  <div class="scroll" tabIndex={0} role="group" aria-label={`${label}, table`}>
    <table>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column} scope="col" class={column.startsWith("#") ? "n" : ""}>
              {column.replace("#", "")}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  </div>
)

/** A moment of the exchange's clock, in the reader's zone. */
export const At = ({ sec, day = false }: { readonly sec: number | null | undefined; readonly day?: boolean }) => (
  <time class="time">{day ? dateTime(sec, zone.value) : timeOfDay(sec, zone.value)}</time>
)

/** A bar that says how much of something is reached. `share` from 0 to 1. */
export const Meter = ({
  share,
  label,
  tone = ""
}: {
  readonly share: number
  readonly label: string
  readonly tone?: string
}) => <meter class={`meter ${tone}`} min={0} max={1} value={Math.min(1, Math.max(0, share))} aria-label={label} />

/** The leg of a slot: A sells first, B buys first. */
export const Leg = ({ of }: { readonly of: string }) => <span class="leg">{of}</span>

/** Switches between a few things to see; arrow keys move, as in any group of radio buttons. */
export const Choice = <T extends string>({
  label,
  value,
  options,
  onChange
}: {
  readonly label: string
  readonly value: T
  readonly options: ReadonlyArray<readonly [T, string]>
  readonly onChange: (value: T) => void
}): JSX.Element => (
  <fieldset class="choice">
    <legend class="hidden">{label}</legend>
    {options.map(([option, text]) => (
      <label key={option}>
        <input type="radio" name={label} value={option} checked={option === value} onChange={() => onChange(option)} />
        <span>{text}</span>
      </label>
    ))}
  </fieldset>
)
