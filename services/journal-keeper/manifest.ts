/** What journal-keeper says of itself to the command line, the composition root, the container files and the documents. */
import { Effect } from "effect"
import { reading } from "../../shared/service/reading.ts"
import { defineService } from "../../shared/service/manifest.ts"
import { KEEPER_SETTINGS } from "./settings.ts"

const serviceModule = reading(() => import("./service.ts"))

const NAME = "journal-keeper"

export const journalKeeperManifest = defineService({
  name: NAME,
  summary: "seals eras of the journal: their digest, and what every actor had made of them",
  settings: KEEPER_SETTINGS,
  needs: ["journal"],
  checksMarks: true,
  writes: ["seal"],
  run: ({ sealEveryRecords: everyRecords, sealEveryDays: everyDays }, { subjects, actorsOf }) =>
    Effect.flatMap(serviceModule, ({ keepJournal }) =>
      keepJournal({ subjects, service: NAME, actorsOf }, { everyRecords, everyDays })
    )
})
