/** No entry is sent before the governor has let it go, and none whose slot had taken it back before that. */
import type { StoredRecord } from "../../../shared/events/envelope.ts"

/** Entries that were asked for and not sent yet, by slot and local id. */
export class Grants {
  private readonly entries = new Map<string, "awaited" | "granted" | "withdrawn">()
  private readonly problem: (text: string) => void

  constructor(problem: (text: string) => void) {
    this.problem = problem
  }

  take({ seq, slot, events }: StoredRecord): void {
    for (const event of events) {
      switch (event._tag) {
        case "OrderRequested":
          if (event.role === "entry") this.entries.set(`${slot}.${event.localId}`, "awaited")
          break
        case "CancelRequested":
          this.move(`${slot}.${event.localId}`, "withdrawn")
          break
        case "EntryGranted":
          this.move(`${event.slot}.${event.localId}`, "granted")
          break
        case "OrderClaimed": {
          const key = `${slot}.${event.localId}`
          const entry = this.entries.get(key) ?? "granted"
          if (entry === "awaited") this.problem(`record ${seq}: entry ${key} is sent, and nobody has let it go`)
          if (entry === "withdrawn") this.problem(`record ${seq}: entry ${key} is sent after its slot took it back`)
          this.entries.delete(key)
          break
        }
        default:
          break
      }
    }
  }

  /** What comes first counts. */
  private move(key: string, to: "granted" | "withdrawn"): void {
    if (this.entries.get(key) === "awaited") this.entries.set(key, to)
  }
}
