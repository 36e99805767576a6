/** Seals: what the journal held up to a record, and what every actor had made of it. Subject `seal`. */
import { Schema } from "effect"
import { ControlEvent } from "./control.ts"

/** An actor's fold after the last record of an era. */
const SealedActor = Schema.Struct({
  name: Schema.NonEmptyString,
  /** The shape of its state (`Actor.version`): folds of other shapes are not compared. */
  version: Schema.NonEmptyString,
  /** SHA-256 (hex) of the fold as text: state, epoch, rules version, last output. */
  stateHash: Schema.NonEmptyString
})

/** What the control records up to a seal say, for a start that does not read them. */
const SealedControl = Schema.Struct({
  epoch: Schema.Int,
  rulesVersion: Schema.Int,
  /** The record that adopted those rules; 0: none did. */
  rulesSeq: Schema.Int,
  /** The last control record; 0: none. */
  lastSeq: Schema.Int,
  /** `<actor> <seq>` of each record passed over, and of each breach explained. */
  skipped: Schema.Array(Schema.String),
  explained: Schema.Array(Schema.String),
  /** Faults, and the last configuration of each kind. */
  events: Schema.Array(ControlEvent)
})

/**
 * Closes an era: records `from` to `to` are what `digest` says, whoever stored them. Written by journal-keeper, or by
 * `kennel journal seal`, some records after `to`. Each digest holds the one before it, so the last seal holds all of them.
 */
export const EraSealed = Schema.TaggedStruct("EraSealed", {
  /** 1, 2, 3, … */
  era: Schema.Int.check(Schema.isGreaterThan(0)),
  from: Schema.Int,
  to: Schema.Int,
  /** SHA-256 (hex) over the digest of the era before (64 zeros before the first) and the hash of each record, in order. */
  digest: Schema.NonEmptyString,
  /** The first two bytes of each record's hash, in order, as base64: they name the record when the digest differs. */
  checks: Schema.String,
  /** The version of the rules in force after record `to`. */
  rulesVersion: Schema.Int,
  actors: Schema.Array(SealedActor),
  control: SealedControl,
  /** Every slot the journal has named. */
  slots: Schema.Array(Schema.Int),
  /** Which process sealed, and when by its machine: Unix milliseconds, for people. */
  service: Schema.NonEmptyString,
  sealedMs: Schema.Finite
})

/** Any event of this family. */
export const SealEvent = EraSealed
