/** Ids in events: checked as what they are on the wire, typed as the kind they are. */
import { Schema } from "effect"
import type * as Kinds from "../core/ids/kinds.ts"

// A kind exists for the compiler alone: the schema's check is that of the plain value.
const kindOf = <Plain, Of extends Plain>(schema: Schema.Codec<Plain, Plain>): Schema.Codec<Of, Plain> =>
  schema as unknown as Schema.Codec<Of, Plain>

/** A slot's number. */
export const SlotNumber = kindOf<number, Kinds.SlotNumber>(Schema.Int)
/** A slot's number of an order. */
export const LocalId = kindOf<number, Kinds.LocalId>(Schema.Int)
/** A slot's number of a recovery. */
export const RecoveryId = kindOf<number, Kinds.RecoveryId>(Schema.Int)
/** The exchange's id of an order. */
export const Txid = kindOf<string, Kinds.Txid>(Schema.NonEmptyString)
/** Our id of an order at the exchange. */
export const ClientId = kindOf<string, Kinds.ClientId>(Schema.NonEmptyString)
