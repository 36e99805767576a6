/** Why: one order of each kind from its tick to its booking, and what did not happen, at a recorded day of trading. */
import { join } from "node:path"
import { Effect } from "effect"
import { beforeAll, describe, expect, it } from "vitest"
import { decidersOf } from "../../app/registry.ts"
import { answer } from "../../app/why/answer.ts"
import { momentLines } from "../../app/why/moment.ts"
import { orderLines } from "../../app/why/order.ts"
import { FileJournal } from "../../shared/archive/fileJournal.ts"
import { openPast } from "../../shared/past/past.ts"
import { SUBJECTS } from "../journals/corpus.ts"

const RECORDED = join(import.meta.dirname, "../journals/recorded/rules-2-shapes-2-trading.jsonl.gz")

const ASKED = [
  "1/6",
  "1/7",
  "1/1",
  "3/9",
  "3/65",
  "3/5",
  "2/34",
  "1@2024-03-24 00:07:54",
  "1@2024-03-24 04:10",
  "mode@2024-03-24 04:10",
  "mode@2024-03-24 09:10",
  "mode@5",
  "3@2024-03-24 00:43:00",
  "1@2024-03-24 00:01:36",
  "1@2020-01-01",
  "1@2030-01-01",
  "mode@2030-01-01"
] as const

const asking = (asked: ReadonlyArray<string>) =>
  Effect.scoped(
    Effect.gen(function* () {
      const past = yield* openPast({ subjects: SUBJECTS, actorsOf: decidersOf, file: null, stoneEvery: 500 })
      return yield* Effect.forEach(asked, (question) =>
        answer(past, question).pipe(
          Effect.map((story) => [question, story.kind === "order" ? orderLines(story) : momentLines(story)] as const),
          Effect.catch((error) => Effect.succeed([question, [error.message]] as const))
        )
      )
    })
  ).pipe(Effect.provide(FileJournal.layer(RECORDED)), Effect.runPromise)

let told = new Map<string, string>()
beforeAll(async () => {
  told = new Map((await asking(ASKED)).map(([asked, lines]) => [asked, lines.join("\n")]))
}, 120_000)

const partsOf = (text: string): ReadonlyArray<string> =>
  text
    .split("\n")
    .slice(1)
    .map((line) => line.split(" ")[0] ?? "")

describe("why an order is there", () => {
  it("an entry: from the tick over the allotment and the grant to its fill, with what was in force", () => {
    const text = told.get("1/7") ?? ""
    expect(partsOf(text)).toStrictEqual(["tick", "funds", "rule", "grant", "claim", "exchange", "exchange", "exchange"])
    expect(text).toMatch(
      /^order 7 of slot 1, asked for under version 2 of the rules \(record 1\), ENTRY_PCT 0\.2 \(record 7\)/
    )
    expect(text).toMatch(
      /rule +166 .* sell entry A, cycle 2: 6\.85498082 DOGE at 0\.293225 .* \[rule auto_repair: marketPrice 0\.29264/
    )
    expect(text).toMatch(/grant +167 .* 41 places are free/)
  })

  it("an exit: from the fill of its entry to the booking of its cycle", () => {
    const text = told.get("1/6") ?? ""
    expect(text).toMatch(/rule +117 .* \[rule entry_fill_exit: entryPrice 0\.297374, profitPct 1/)
    expect(text).toMatch(/booking +154 .* net 0\.010051752 USD, gross 0\.020001748 USD less fees of 0\.009949996 USD/)
  })

  it("an entry that was taken off, an exit that became a recovery and made room, one that was moved", () => {
    expect(told.get("1/1")).toMatch(/its cancel is asked for: It stands 1\.46896 % from the market, more than 1 %/)
    expect(told.get("3/9")).toMatch(
      /the exit becomes recovery 1: Both exits have waited 30 min[^]*its cancel is asked for: 1 recovery stands/
    )
    expect(told.get("3/65")).toMatch(/its move to 0\.309064 is asked for[^]*it stands at 0\.309064 now/)
  })

  it("an entry that waited for a grant and was refused, and one that was never sent", () => {
    expect(told.get("3/5")).toMatch(
      /the governor lets it wait[^]*loop_cap[^]*the governor refuses it \(ask again now\).*price_passed/
    )
    expect(told.get("2/34")).toMatch(/the exchange does not have it: withdrawn before it was sent/)
  })
})

describe("why something did not happen", () => {
  it("an entry in its cooldown: until when, how long that is, since which record", () => {
    expect(told.get("1@2024-03-24 00:07:54")).toMatch(
      /entry_A waits: The trade rests until 2024-03-24 00:08:36 UTC\. \[rule cooldown\] until 2024-03-24 00:08:36, 42 s left; since record 154, 2024-03-24 00:07:36/
    )
  })

  it("an entry of a paused market: who paused it, and that a person must resume", () => {
    const text = told.get("1@2024-03-24 04:10") ?? ""
    expect(text).toMatch(/no entry is asked for: paused/)
    expect(text).toMatch(
      /market PAUSED waits: Paused by an operator: lunch\. .* until an operator resumes; since record 2267/
    )
    expect(told.get("mode@2024-03-24 04:10")).toMatch(/does not go on by itself/)
  })

  it("a market behind the loss lock, with the figures of the day", () => {
    expect(told.get("mode@2024-03-24 09:10")).toMatch(
      /PAUSED: The day's realised loss reached the limit of 3 USD, with 3\.5657283249 USD[^]*until the limit is raised or the day ends/
    )
  })

  it("a start that waits, with its steps; and the time of the last and the next decision", () => {
    expect(told.get("mode@5")).toMatch(/STARTING: The start is not done\.[^]*steps of the start that wait: snapshot/)
    expect(told.get("mode@5")).toMatch(/next decision: record 31, 2024-03-24 00:00:00\.000/)
  })

  it("the next cycle of a trade whose exit was evicted, and an entry that follows the market", () => {
    expect(told.get("3@2024-03-24 00:43:00")).toMatch(/phase S\d/)
    expect(told.get("1@2024-03-24 00:01:36")).toMatch(/last decision: record \d+, 2024-03-24 00:01:36/)
  })
})

describe("a time that the journal knows nothing of", () => {
  it("after its end is answered with its end, and that is said", () => {
    for (const asked of ["1@2030-01-01", "mode@2030-01-01"]) {
      expect(told.get(asked)).toMatch(
        /^after record \d+, 2024-03-24 [^]*\nthe journal ends there, before 2030-01-01 00:00:00 UTC/
      )
    }
    expect(told.get("1@2030-01-01")).not.toMatch(/asked for \d{3,}(\.\d)? d ago/)
  })

  it("before its beginning is answered with its beginning, and that is said", () => {
    expect(told.get("1@2020-01-01")).toMatch(
      /^after record \d+, (-|2024-03-24)[^]*\nthe journal begins after 2020-01-01 00:00:00 UTC/
    )
  })
})

describe("what was refused once", () => {
  it("is no obstacle any more where its pause is over, or nobody wants it", async () => {
    const moments = Array.from(
      { length: 60 },
      (_, minute) => `2@2024-03-24 0${1 + Math.floor(minute / 12)}:${String((minute % 12) * 5).padStart(2, "0")}`
    )
    const answers = await asking(moments)
    for (const [asked, lines] of answers) {
      for (const line of lines.filter((one) => one.includes(" waits: "))) {
        const at = Date.parse(`${(lines[0] ?? "").split(", ")[1]?.replace(" UTC", "").replace(" ", "T")}Z`)
        const until = /until (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) UTC/.exec(line)
        const overSec = until === null ? 0 : (at - Date.parse(`${until[1]}T${until[2]}Z`)) / 1_000
        expect(overSec, `${asked}: ${line}`).toBeLessThan(60)
      }
    }
  }, 120_000)
})

describe("a question that has no answer", () => {
  it("says what can be asked", async () => {
    const answers = await asking(["9@now", "4/999", "9/1", "nonsense", "k00010010000zzzz00", "1@yesterday"])
    expect(answers.map(([, [line]]) => line)).toStrictEqual([
      "9@now: the journal names the slots 1, 2, 3, 4, 5",
      expect.stringMatching(/^4\/999: the journal knows no such order: it holds records 1 to \d+$/),
      "9/1: the journal knows no such order: it names the slots 1, 2, 3, 4, 5",
      expect.stringMatching(/no order of this journal has such an id; ask for an order by/),
      expect.stringMatching(/an id of ours, of slot 1 and record \d+, that this journal does not hold/),
      expect.stringMatching(/"yesterday" is no place in a journal/)
    ])
  }, 60_000)
})
