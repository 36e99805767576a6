/**
 * Numbers and texts that name different things: a plain literal may stand for any of them, but a value of one kind is not taken where
 * another is meant. A swap of two of these would cost money, and does not compile.
 */

/** `A`, of one kind. Nothing of it exists at run time. */
export type Kind<A, Name extends string> = A & { readonly kind?: Name }

/** The number of a slot, 1 or more. */
export type SlotNumber = Kind<number, "slot">
/** The slot's own number of one of its orders, never used twice. */
export type LocalId = Kind<number, "localId">
/** The slot's own number of a recovery, never used twice. */
export type RecoveryId = Kind<number, "recoveryId">
/** The exchange's id of an order. */
export type Txid = Kind<string, "txid">
/** The id that we gave the exchange for an order (`clientId.ts`). */
export type ClientId = Kind<string, "clientId">
