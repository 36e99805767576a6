/** Why an order is there, or why a slot or the market waits: the story of `kennel why`, each step a record. */
import { useApi } from "../../kit/api.ts"
import { hrefOf } from "../../app/places.ts"
import { integer, words } from "../../kit/format.ts"
import { At, Card, Empty } from "../../kit/parts.tsx"

/** As much of a story as is shown. */
interface Why {
  readonly seq: number
  readonly story: OrderStory | MomentStory
}
interface OrderStory {
  readonly kind: "order"
  readonly steps: ReadonlyArray<{
    readonly part: string
    readonly seq: number
    readonly timeMs: number
    readonly tag: string
    readonly text: string
  }>
}
interface MomentStory {
  readonly kind: "slot" | "mode"
  readonly seq: number
  readonly standing: ReadonlyArray<string>
  readonly obstacles: ReadonlyArray<{
    readonly what: string
    readonly sentence: string
    readonly sinceSeq: number | null
    readonly end: string
  }>
}

const Seq = ({ seq }: { readonly seq: number }) => (
  <a class="n seq" href={hrefOf("journal", seq)}>
    #{integer(seq)}
  </a>
)

const Order = ({ story }: { readonly story: OrderStory }) => (
  <ol class="lines" aria-label="Its story">
    {story.steps.map(({ part, seq, timeMs, tag, text }, index) => (
      <li key={`${seq} ${index}`}>
        <Seq seq={seq} />
        <At sec={timeMs / 1_000} />
        <span class="who">{words(part)}</span>
        <span class="said">
          <span>
            <b>{tag}</b> {text}
          </span>
        </span>
      </li>
    ))}
  </ol>
)

const Moment = ({ story }: { readonly story: MomentStory }) => (
  <>
    <ul class="plain">
      {story.standing.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
    <h3>What stands against more</h3>
    {story.obstacles.length === 0 ? (
      <p class="quiet">Nothing.</p>
    ) : (
      <ul class="refusals">
        {story.obstacles.map(({ what, sentence, sinceSeq, end }) => (
          <li key={what}>
            <b>{words(what)}</b> {sentence}
            {end === "" && sinceSeq === null ? null : (
              <>
                {` (${end}`}
                {sinceSeq === null ? null : (
                  <>
                    {end === "" ? "since " : ", since "}
                    <Seq seq={sinceSeq} />
                  </>
                )}
                {")"}
              </>
            )}
          </li>
        ))}
      </ul>
    )}
  </>
)

/** The story of a place: `1/42`, an id, `1@now`, `mode@4711`. */
export const WhyCard = ({ at }: { readonly at: string }) => {
  const { data, problem } = useApi<Why>(`/api/why/${encodeURIComponent(at)}`)
  return (
    <Card title={`Why ${at}`}>
      {problem === null ? null : <Empty>{problem}</Empty>}
      {data === null ? (
        problem === null ? (
          <Empty>Folding the journal …</Empty>
        ) : null
      ) : data.story.kind === "order" ? (
        <Order story={data.story} />
      ) : (
        <Moment story={data.story} />
      )}
    </Card>
  )
}
