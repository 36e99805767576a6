/** Ids of different kinds do not stand for each other: what the compiler must refuse is written here, and it fails if it does not. */
import { describe, expect, it } from "@effect/vitest"
import type { EventOf } from "../../events/event.ts"
import type { ClientId, LocalId, RecoveryId, SlotNumber, Txid } from "./kinds.ts"

const keyOf = (slot: SlotNumber, localId: LocalId): string => `${slot}/${localId}`
const askedFor = (clientId: ClientId, txid: Txid | null): string => `${clientId} as ${txid ?? "nothing yet"}`
type Fill = Pick<EventOf<"FillRecorded">, "clientId" | "localId" | "txid">

describe("an id", () => {
  const slot: SlotNumber = 3
  const fill: Fill = { clientId: "k1", localId: 7, txid: "OX" }

  it("is a plain number or text to whoever writes it down", () => {
    expect(keyOf(3, 7)).toBe("3/7")
    expect(keyOf(slot, fill.localId)).toBe("3/7")
    expect(askedFor(fill.clientId, fill.txid)).toBe("k1 as OX")
  })

  it("of one kind is not taken for another, from wherever it comes", () => {
    // @ts-expect-error the order's number where the slot's is meant, and the other way round
    expect(keyOf(fill.localId, slot)).toBe("7/3")
    // @ts-expect-error the exchange's id where ours is meant, and the other way round
    expect(askedFor(fill.txid, fill.clientId)).toBe("OX as k1")
    const orphaned: Pick<EventOf<"ExitOrphaned">, "localId" | "recoveryId"> = { localId: 7, recoveryId: 2 }
    // @ts-expect-error a recovery's number where the order's is meant
    const order: LocalId = orphaned.recoveryId
    const recovery: RecoveryId = orphaned.recoveryId
    expect(order).toBe(recovery)
  })
})
