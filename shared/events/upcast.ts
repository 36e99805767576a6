/**
 * The one place where payloads of older shapes are understood: each step takes an envelope as version n wrote it to what
 * version n + 1 writes, as raw JSON, before any schema looks at it. Everything behind the decoder knows the newest shapes only.
 *
 * A shape that has been released is frozen: `tests/journals` holds its schemas by hash, and a recorded journal that must decode
 * for ever. Whoever changes one raises `ENVELOPE_VERSION` and adds the step here.
 */

/** An envelope as JSON holds it; its `v` says in which version it was written. */
export type RawEnvelope = Readonly<Record<string, unknown>>

/** Takes an envelope of one version to the next. Pure, and total on what that version could write. */
export type Upcast = (written: RawEnvelope) => RawEnvelope

/** The steps by the version that they start from. */
export type Upcasts = Readonly<Record<number, Upcast>>

/** Version 1 → 2 → … → newest, in order. */
export const UPCASTS: Upcasts = {
  /** 2 has seals; nothing that was there has changed. */
  1: (written) => written,
  /**
   * 3 has closed candles and the action `backfill_ohlcv`, orders that were changed at the exchange, late fills, and ends that say what the
   * exchange's list still said; a trained regime model may say its separation; a quarantined frame counts those that it stands for;
   * refused access says what helps; a history job that failed; starts say how fast the exchange's clock runs, and who counts trades;
   * control records stand on a subject of each writer; fees in another currency, and calls that wait for a limit; levels and structure
   * of the pair; the governor's configuration may say that the loss lock ends by itself. Nothing that was there has changed.
   */
  2: (written) => written
}

/** An envelope of version `from` as version `to` would write it. Throws where a step is missing: a bug of this build. */
export const upcast = (written: RawEnvelope, from: number, to: number, steps: Upcasts = UPCASTS): RawEnvelope => {
  let envelope = written
  for (let version = from; version < to; version++) {
    const step = steps[version]
    if (step === undefined) throw new Error(`no way from shapes version ${version} to ${version + 1}`)
    envelope = { ...step(envelope), v: version + 1 }
  }
  return envelope
}
