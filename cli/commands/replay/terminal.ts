/** The view on a terminal: keys in, screens out. */
import { emitKeypressEvents } from "node:readline"
import { Effect, Queue } from "effect"
import { decode } from "../../../shared/actor/control/decode.ts"
import { placeOf, seqAt } from "../../../shared/archive/seqAt.ts"
import { turnKeys } from "../../../shared/past/core/notes.ts"
import type { Past } from "../../../shared/past/past.ts"
import { instant } from "../../../shared/words/instants.ts"
import { recordText } from "../../shared/records.ts"
import { leavesOf } from "./core/flatten.ts"
import { type Ask, arrive, openView, press, type Reached, screenOf, type View } from "./core/view.ts"

interface Key {
  readonly name?: string
  readonly sequence?: string
  readonly ctrl?: boolean
}

/** The market at a record, as far as one actor. */
export const reach = Effect.fnUntraced(function* (past: Past, seq: number, actor: string) {
  const { nowMs, folds } = yield* past.at(seq, [actor])
  const fold = folds.get(actor)
  const record = yield* past.get(seq)
  const text =
    record === null
      ? Effect.succeed("")
      : decode(record).pipe(
          Effect.map(recordText),
          Effect.catch((error) => Effect.succeed(error.message))
        )
  const leaves = fold === undefined ? [] : leavesOf(JSON.parse(fold.actor.encode(fold.state)))
  return { seq, time: instant(nowMs, true), record: yield* text, actor, leaves } satisfies Reached
})

/** Where an ask leads; the same place where there is none. */
const destination = Effect.fnUntraced(function* (past: Past, { at }: View, ask: Exclude<Ask, { _tag: "Quit" }>) {
  const { seq, actor } = at
  switch (ask._tag) {
    case "Go":
      return { seq: ask.seq, actor: ask.actor }
    case "Place":
      return {
        seq: yield* placeOf(ask.place).pipe(
          Effect.flatMap(seqAt),
          Effect.catchTag("WrongPlace", () => Effect.succeed(seq))
        ),
        actor
      }
    case "Decision": {
      const key = turnKeys.decided(actor)
      const found = ask.forward ? past.file.nextTurn(key, seq) : past.file.lastTurn(key, seq - 1)
      return { seq: found ?? seq, actor }
    }
    case "Cause": {
      const record = yield* past.get(seq)
      const cause =
        record === null
          ? null
          : yield* decode(record).pipe(
              Effect.map((stored) => stored.cause),
              Effect.catchTag("RecordUndecodable", () => Effect.succeed(null))
            )
      return { seq: cause ?? seq, actor }
    }
  }
})

const draw = (view: View): void => {
  const { columns, rows } = process.stdout
  process.stdout.write(`\u001b[H\u001b[J${screenOf(view, columns, rows).join("\n")}`)
}

/** The keys of the terminal, until the scope closes: it is raw meanwhile, and shows another screen. */
const keys = Effect.gen(function* () {
  const pressed = yield* Queue.unbounded<string>()
  const onKey = (text: string | undefined, key: Key): void => {
    const name = key.ctrl === true && key.name === "c" ? "q" : (key.name ?? text ?? "")
    Queue.offerUnsafe(pressed, name.length > 1 || text === undefined ? name : text)
  }
  yield* Effect.acquireRelease(
    Effect.sync(() => {
      emitKeypressEvents(process.stdin)
      process.stdin.setRawMode(true)
      process.stdin.on("keypress", onKey).resume()
      process.stdout.write("\u001b[?1049h\u001b[?25l")
    }),
    () =>
      Effect.sync(() => {
        process.stdin.off("keypress", onKey).pause()
        process.stdin.setRawMode(false)
        process.stdout.write("\u001b[?25h\u001b[?1049l")
      })
  )
  return Queue.take(pressed)
})

/** Shows the past from record `seq` on, until `q` or Ctrl-C. */
export const browse = Effect.fn("browse")(function* (
  past: Past,
  seq: number,
  actor: string,
  actors: ReadonlyArray<string>
) {
  const next = yield* keys
  let view = openView(past.first, past.head, actors, yield* reach(past, seq, actor))
  while (true) {
    draw(view)
    const { view: pressed, ask } = press(view, yield* next)
    view = pressed
    if (ask === null) continue
    if (ask._tag === "Quit") return
    const to = yield* destination(past, view, ask)
    if (to.seq !== view.at.seq || to.actor !== view.at.actor) view = arrive(view, yield* reach(past, to.seq, to.actor))
  }
})
