/**
 * How many files it takes to add a thing. Each is planted in a copy of the repository, which must then compile, keep every rule of
 * its structure and, where it has a face, show it. What `npm run generate` writes is not counted: nobody writes it.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { type Planting, Plot } from "./plot.ts"

type Changes = Readonly<Record<string, Planting>>

/** Compiling and the structure's rules take seconds each, more on a busy machine. */
const TIMEOUT_MS = 600_000

let plot: Plot
/** What the test at hand has planted. All share one copy, as things that are added one after the other do. */
let planted: ReadonlyArray<string> = []
beforeAll(() => {
  plot = new Plot()
})
beforeEach(() => {
  planted = []
})
afterAll(() => plot.remove())

const plant = (changes: Changes): void => {
  planted = [...planted, ...Object.keys(changes)]
  plot.plant(changes)
}

describe("a new thing costs", () => {
  it("an event: its family, its writer, and whoever hears the family whole", { timeout: TIMEOUT_MS }, () => {
    const family: Changes = {
      "shared/events/families/regime.ts": [
        [
          "/** Anything the advisor says. */",
          '/** The advisor rests. */\nexport const AdvisorRested = Schema.TaggedStruct("AdvisorRested", { forSec: Schema.Int })\n\n/** Anything the advisor says. */'
        ],
        ["RegimeTrainingRefused, RetrainAnswered])", "RegimeTrainingRefused, RetrainAnswered, AdvisorRested])"]
      ]
    }
    const writer: Changes = {
      "services/hmm-advisor/service.ts": [
        [
          "      yield* write(answer)\n",
          '      yield* write(answer)\n      yield* write({ _tag: "AdvisorRested", forSec: 1 })\n'
        ]
      ]
    }
    plant({ ...family, ...writer })
    const complaints = [...plot.compile().matchAll(/^([\w./-]+)\(\d+,\d+\): error/gm)].map(([, path]) => path)
    expect(complaints).toEqual(["services/hmm-advisor/core/status.ts"])

    const hearer: Changes = {
      "services/hmm-advisor/core/status.ts": [
        ["  RegimeTrainingRefused: trained,\n", "  RegimeTrainingRefused: trained,\n  AdvisorRested: kept,\n"]
      ]
    }
    plant(hearer)
    expect(planted).toHaveLength(3)
  })

  it("a setting of the slots: its row and its rule", { timeout: TIMEOUT_MS }, () => {
    plant({
      "shared/config/rules/slot.ts": [
        [
          "  orderSize: slot.amount(",
          '  quietSec: slot.number("QUIET_SEC", { unit: "s", default: "0", within: [0, 60], reason: "A toy." }),\n  orderSize: slot.amount('
        ]
      ],
      "services/slot-actor/core/money/pricing.ts": [
        [
          "/** The profit target in percent:",
          "/** A toy. */\nexport const quietMs = ({ quietSec }: Terms): number => quietSec * 1_000\n\n/** The profit target in percent:"
        ]
      ]
    })
    expect(planted).toHaveLength(2)
  })

  it("a field of the status: the view that gives it and the page that shows it", { timeout: TIMEOUT_MS }, () => {
    plant({
      "services/governor/core/view/view.ts": [
        [
          "    soft_closed_total: state.capacity.softClosedTotal\n",
          "    soft_closed_total: state.capacity.softClosedTotal,\n    soft_closed_twice: 2 * state.capacity.softClosedTotal\n"
        ]
      ],
      "services/control-plane/page/views/overview/modeModel.ts": [
        ["integer(report.soft_closed_total)", "integer(report.soft_closed_twice)"]
      ]
    })
    expect(planted).toHaveLength(2)
  })

  it(
    "an action: its row, the rule that carries it out and what its preview says; the page offers it by itself",
    { timeout: TIMEOUT_MS },
    () => {
      plant({
        "shared/core/actions/actions.ts": [
          [
            "  resume: {\n",
            '  ring_bell: {\n    title: "Ring the bell",\n    about: "A toy.",\n    arguments: { times: { name: "times", kind: "integer", min: 1, max: 10, about: "How often" } }\n  },\n  resume: {\n'
          ]
        ]
      })
      expect(plot.compile()).toContain("ring_bell")
      plant({
        "services/governor/core/commands.ts": [
          ["  resume: (draft) =>\n", "  ring_bell: () => null,\n  resume: (draft) =>\n"]
        ],
        "tests/commands/previews.unit.test.ts": [
          ["  resume: [\n", '  ring_bell: [market(), { name: "ring_bell", times: 1 }, []],\n  resume: [\n']
        ]
      })
      expect(planted).toHaveLength(3)
    }
  )

  it("a service: its folder and one line of the registry", { timeout: TIMEOUT_MS }, () => {
    plant({
      "services/bell/README.md": "# bell\n\nA toy.\n\n| file | what |\n| --- | --- |\n| `manifest.ts` | all of it |\n",
      "services/bell/manifest.ts": `/** A toy that does nothing. */
import { Effect } from "effect"
import { defineService } from "../../shared/service/manifest.ts"

export const bellManifest = defineService({
  name: "bell",
  summary: "rings",
  settings: {},
  needs: ["journal"],
  writes: [],
  run: () => Effect.never
})
`,
      "app/registry.ts": [
        [
          "import { controlPlaneManifest }",
          'import { bellManifest } from "../services/bell/manifest.ts"\nimport { controlPlaneManifest }'
        ],
        ["export const SERVICES = [\n", "export const SERVICES = [\n  bellManifest,\n"]
      ]
    })
    expect(planted.filter((path) => !path.startsWith("services/bell/"))).toEqual(["app/registry.ts"])
  })

  it(
    "a service that decides: its folder, its family of events, and one line of the registry",
    { timeout: TIMEOUT_MS },
    () => {
      plant({
        "services/chime/README.md":
          "# chime\n\nA toy.\n\n| file | what |\n| --- | --- |\n| `manifest.ts` | what it says of itself |\n| `core/actor.ts` | when it rings |\n",
        "services/chime/core/actor.ts": `/** Rings at every price. */
import { defineActor } from "../../../shared/actor/core/actor.ts"
import { dispatch, type Handlers } from "../../../shared/actor/core/handlers.ts"
import type { Step } from "../../../shared/actor/core/actor.ts"

const kept = (rung: number): Step<number> => ({ state: rung, outputs: [] })

const HANDLERS: Handlers<number, Step<number>, "price"> = {
  PriceObserved: (rung) => ({ state: rung + 1, outputs: [{ _tag: "ChimeRung", times: rung + 1 }] })
}

export const chimeActor = defineActor<number>({ name: "chime", version: "1", initial: 0, reduce: dispatch(HANDLERS, kept) })
`,
        "services/chime/manifest.ts": `/** A toy that rings. */
import { Effect } from "effect"
import { ofAnyKind } from "../../shared/actor/core/actor.ts"
import { runActors } from "../../shared/actor/runtime.ts"
import { defineService, shows } from "../../shared/service/manifest.ts"
import { chimeActor } from "./core/actor.ts"

export const chimeManifest = defineService({
  name: "chime",
  summary: "rings at every price",
  settings: {},
  needs: ["journal"],
  writes: ["out.chime"],
  actors: () => [ofAnyKind(chimeActor)],
  show: () => shows(chimeActor, (rung) => ({ chime: { rung } })),
  run: (_settings, { subjects, epoch }) =>
    Effect.andThen(epoch, runActors({ host: "chime", subjects, actors: [chimeActor], publish: true }))
})
`,
        "shared/events/families/chime.ts": `/** What the chime decides, on its subject \`out.chime\`. */
import { Schema } from "effect"

/** It rang. */
export const ChimeRung = Schema.TaggedStruct("ChimeRung", { times: Schema.Int })
`,
        "shared/events/event.ts": [
          ["import { ClockEvent }", 'import { ChimeRung } from "./families/chime.ts"\nimport { ClockEvent }'],
          ["  clock: [ClockEvent],", "  clock: [ClockEvent],\n  chime: [ChimeRung],"]
        ],
        "app/registry.ts": [
          [
            "import { controlPlaneManifest }",
            'import { chimeManifest } from "../services/chime/manifest.ts"\nimport { controlPlaneManifest }'
          ],
          ["export const SERVICES = [\n", "export const SERVICES = [\n  chimeManifest,\n"]
        ]
      })
      expect(planted.filter((path) => !path.startsWith("services/chime/"))).toEqual([
        "shared/events/families/chime.ts",
        "shared/events/event.ts",
        "app/registry.ts"
      ])
    }
  )

  it(
    "and all of it stands: it compiles, every rule of the structure holds, and it is shown",
    { timeout: TIMEOUT_MS },
    () => {
      expect(plot.run("node", ["app/generated/main.ts"])).toBe("")
      expect(plot.run("node", ["cli/help/main.ts"])).toBe("")
      expect(plot.compile()).toBe("")
      expect(plot.run("node_modules/.bin/tsc", ["-p", "services/control-plane/page", "--noEmit"])).toBe("")
      expect(plot.run("node_modules/.bin/vitest", ["run", "tests/structure"])).toBe("")
      expect(plot.output("node", ["cli/main.ts", "config"])).toContain("QUIET_SEC")
      expect(plot.output("node", ["cli/kennel.mjs", "action", "--help"])).toContain("--times")
      const services = plot.output("node", ["cli/kennel.mjs", "service", "--help"])
      for (const name of ["bell", "chime"]) {
        expect(services).toContain(name)
        expect(plot.output("grep", ["-c", name, "docker-compose.yml"])).not.toBe("0\n")
        expect(plot.output("grep", ["-c", name, "nats.conf"])).not.toBe("0\n")
      }
    }
  )
})
