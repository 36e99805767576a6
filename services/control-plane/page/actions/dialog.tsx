/** Shows an action's preview, sends it when a person says so, and shows success only once the page itself has seen it. */
import { signal, useSignalEffect } from "@preact/signals"
import type { ComponentChildren } from "preact"
import { useRef } from "preact/hooks"
import type { ActionName } from "../../../../shared/core/actions/actions.ts"
import type { ActionAnswer } from "../../actions/actions.ts"
import { seenSeq } from "../app/state.ts"
import { textsOf } from "../kit/texts.ts"
import { type Arguments, type Asking, begin, type Field, filledIn, told, unanswered } from "./asking.ts"
import { freshId, hasToken, keepToken, post } from "./post.ts"

/** The action in the dialog; null while it is closed. */
const asking = signal<Asking | null>(null)

const send = async (from: Asking, preview: boolean): Promise<void> => {
  const going: Asking = { ...from, phase: preview ? "previewing" : "sending" }
  asking.value = going
  const next = await post(going, preview).then(
    ({ status, body }) => told(going, status, body),
    () => unanswered(going)
  )
  // Closed in the meantime, or another one opened: this answer belongs to nobody any more.
  if (asking.peek()?.id === from.id) asking.value = next
}

/** What was asked goes on where it stopped: at the preview, or, once that was shown, at the action itself. */
const goOn = (from: Asking): void => void send(from, from.preview === null)

/** Opens the dialog for an action; `args` are those that the button fills in. */
export const ask = (action: ActionName, args: Arguments): void => {
  const next = begin({ action, args, id: freshId() }, hasToken())
  asking.value = next
  if (next.phase === "previewing") goOn(next)
}

const close = (): void => {
  asking.value = null
}

/** How it stands, read aloud by a screen reader. */
const Said = ({ tone = "", children }: { readonly tone?: string; readonly children: ComponentChildren }) => (
  <p role="status" class={tone}>
    {children}
  </p>
)

const Effects = ({ lines }: { readonly lines: ReadonlyArray<string> }) =>
  lines.length === 0 ? null : (
    <ul>
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  )

const Close = ({ label = "Close", first = false }: { readonly label?: string; readonly first?: boolean }) => (
  <button type="button" class={first ? "first" : ""} onClick={close}>
    {label}
  </button>
)

const FieldInput = ({ field, value }: { readonly field: Field; readonly value: string }) => {
  const id = `ask-${field.name}`
  const common = { id, name: field.name, required: field.required, "aria-describedby": `${id}-hint` }
  return (
    <>
      <label for={id}>{field.label}</label>
      {field.choices.length > 0 ? (
        <select {...common}>
          {field.required ? null : <option value="">{field.hint.split("; ").at(-1)}</option>}
          {field.choices.map((choice) => (
            <option key={choice} value={choice}>
              {choice}
            </option>
          ))}
        </select>
      ) : (
        <input
          {...common}
          type="text"
          inputMode={field.kind === "text" ? "text" : "decimal"}
          autocomplete="off"
          defaultValue={value}
        />
      )}
      <p class="quiet" id={`${id}-hint`}>
        {field.hint}
      </p>
    </>
  )
}

const Form = ({ now }: { readonly now: Asking }) => {
  const submit = (event: SubmitEvent): void => {
    event.preventDefault()
    const { token, ...rest } = textsOf(event.currentTarget as HTMLFormElement)
    if (token !== undefined) keepToken(token)
    goOn(filledIn(now, rest))
  }
  return (
    <form onSubmit={submit}>
      <Said tone={now.problem === "" ? "" : "bad"}>{now.problem}</Said>
      {now.fields.map((field) => (
        <FieldInput key={field.name} field={field} value={String(now.args[field.name] ?? "")} />
      ))}
      {now.wantsToken ? (
        <>
          <label for="token">Token</label>
          <input id="token" name="token" type="password" autocomplete="off" required />
          <p class="quiet">
            CONTROL_TOKEN, or what stands in control-token of the data directory. Kept until this tab closes.
          </p>
        </>
      ) : null}
      <div class="buttons">
        <Close label="Cancel" />
        <button type="submit" class="first">
          Preview
        </button>
      </div>
    </form>
  )
}

const Previewed = ({ now }: { readonly now: Asking }) => {
  const { preview } = now
  if (preview === null || preview.result === "would_refuse" || preview.result === "refused") {
    return (
      <>
        <Said tone="bad">It would be refused. {preview?.reason?.sentence ?? ""}</Said>
        <div class="buttons">
          <Close />
        </div>
      </>
    )
  }
  return (
    <>
      <Said>{preview.effects.length === 0 ? "It changes nothing at once." : "It would do this now:"}</Said>
      <Effects lines={preview.effects} />
      <div class="buttons">
        <Close label="Cancel" />
        <button type="button" class="first" onClick={() => void send(now, false)}>
          Do it
        </button>
      </div>
    </>
  )
}

const Answer = ({ now, answer }: { readonly now: Asking; readonly answer: ActionAnswer | null }) => {
  if (answer === null || answer.result === "pending") {
    return (
      <>
        <Said tone="bad">Accepted, but the governor has not answered yet. It will, once it runs.</Said>
        <div class="buttons">
          <Close />
          <button type="button" class="first" onClick={() => void send(now, false)}>
            Ask again
          </button>
        </div>
      </>
    )
  }
  const refused = answer.result === "refused"
  const seen = seenSeq.value !== null && answer.seq !== null && seenSeq.value >= answer.seq
  const why = answer.reason?.sentence ?? ""
  return (
    <>
      <Said tone={refused ? "bad" : seen ? "good" : ""}>
        {refused ? `Refused. ${why}` : seen ? "Done." : "Written; it shows here in a moment …"}
      </Said>
      {refused ? null : <Effects lines={answer.effects} />}
      {answer.seq === null ? null : <p class="quiet">The governor answered in record {answer.seq}.</p>}
      <div class="buttons">
        <Close first />
      </div>
    </>
  )
}

const Body = ({ now }: { readonly now: Asking }) => {
  switch (now.phase) {
    case "form":
      return <Form now={now} />
    case "previewed":
      return <Previewed now={now} />
    case "answered":
      return <Answer now={now} answer={now.answer} />
    case "failed":
      return (
        <>
          <Said tone="bad">{now.problem}</Said>
          <div class="buttons">
            <Close />
            <button type="button" class="first" onClick={() => goOn(now)}>
              Try again
            </button>
          </div>
        </>
      )
    case "previewing":
    case "sending":
      return (
        <>
          <Said>{now.phase === "sending" ? "Waiting for the governor …" : "Asking what it would do …"}</Said>
          <div class="buttons">
            <Close label={now.phase === "sending" ? "Close" : "Cancel"} />
          </div>
        </>
      )
  }
}

/** The one dialog of the page. */
export const ActionDialog = () => {
  const dialog = useRef<HTMLDialogElement>(null)
  useSignalEffect(() => {
    const now = asking.value
    const element = dialog.current
    if (element === null) return
    if (now === null) element.close()
    else if (!element.open) element.showModal()
    if (now?.phase === "form") requestAnimationFrame(() => element.querySelector<HTMLElement>("input, select")?.focus())
  })
  const now = asking.value
  return (
    <dialog ref={dialog} class="ask" aria-labelledby="ask-title" onClose={close}>
      {now === null ? null : (
        <>
          <h2 id="ask-title">{now.title}</h2>
          <p class="quiet">{now.about}</p>
          <Body key={now.id} now={now} />
        </>
      )}
    </dialog>
  )
}
