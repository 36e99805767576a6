/** How the market stands and why, its limits, and everything that may be asked of it. */
import type { Status } from "../../../core/brief.ts"
import { ACTIONS, type ActionName } from "../../../../../shared/core/actions/actions.ts"
import { ActionButton } from "../../actions/buttons.tsx"
import { hrefOf } from "../../app/places.ts"
import { mayAct } from "../../app/state.ts"
import { words } from "../../kit/format.ts"
import { At, Card, Empty, Meter } from "../../kit/parts.tsx"
import { notDone, tilesOf, whyOf } from "./modeModel.ts"

/** Sentences shown of what slots wait for; the Slots view has all. */
const SHOWN = 4

const Waiting = ({ shown }: { readonly shown: Status }) => {
  const waits = notDone(shown)
  if (waits.length === 0) return <p class="quiet">No slot waits for anything.</p>
  return (
    <ul class="waits" aria-label="What slots wait for">
      {waits.slice(0, SHOWN).map(({ sentence, slots }) => (
        <li key={sentence}>
          {slots.map((slot, index) => (
            <span key={slot}>
              {index === 0 ? "slot " : ", "}
              <a href={hrefOf("slots", slot)}>{slot}</a>
            </span>
          ))}
          {": "}
          {sentence}
        </li>
      ))}
      {waits.length > SHOWN ? (
        <li>
          <a href={hrefOf("slots")}>{`${waits.length - SHOWN} more`}</a>
        </li>
      ) : null}
    </ul>
  )
}

/** Mode, why, limits, what is waited for. */
export const ModeCard = ({ shown }: { readonly shown: Status }) => {
  const why = whyOf(shown)
  return (
    <Card title="Governor" class="governor">
      <p class="mode">
        <b class={`word ${shown.mode.toLowerCase()}`}>{words(shown.mode.toLowerCase())}</b>
        {shown.mode_since === null ? null : (
          <span class="quiet">
            {" since "}
            <At sec={shown.mode_since} day />
          </span>
        )}
        {why === null ? null : ` ${why}`}
      </p>
      <dl class="tiles">
        {tilesOf(shown).map(({ name, value, note, tone, used }) => (
          <div key={name} class={tone}>
            <dt>{name}</dt>
            <dd class="n">{value}</dd>
            {used === null ? null : (
              <dd>
                <Meter share={used} label={`${name}: ${value}`} tone={tone} />
              </dd>
            )}
            <dd class="note">{note}</dd>
          </div>
        ))}
      </dl>
      <h3>What slots wait for</h3>
      <Waiting shown={shown} />
    </Card>
  )
}

/** Those that a row of a slot offers: they need to know which. */
const OF_A_ROW: ReadonlySet<ActionName> = new Set(["remove_slot", "soft_close"])

const still = ({ mode }: Status): boolean => mode === "PAUSED" || mode === "HALTED"

/** Every action of the table that is not one of a row, so that a new one needs no button of its own. */
export const ActionsCard = ({ shown }: { readonly shown: Status }) => {
  const first: ActionName = still(shown) ? "resume" : "pause"
  const names = (Object.keys(ACTIONS) as ReadonlyArray<ActionName>).filter(
    (name) => !OF_A_ROW.has(name) && name !== "pause" && name !== "resume"
  )
  const why = shown.refused_actions[first]
  return (
    <Card title="Actions" class="actions">
      {mayAct.value ? null : <Empty>Nothing can be asked for now.</Empty>}
      <div class="buttons wrap" role="group" aria-label="Actions">
        <ActionButton action={first} class="first">
          {still(shown) ? "Resume" : "Pause"}
        </ActionButton>
        {names.map((name) => (
          <ActionButton key={name} action={name} />
        ))}
      </div>
      {why === undefined ? null : (
        <p class="note">{`${still(shown) ? "Resume" : "Pause"} would be refused now: ${why}`}</p>
      )}
    </Card>
  )
}
