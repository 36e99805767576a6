/** What the name of a candle file says. Pure. */

/** Kraken's archives are named `XBTUSD_60.csv`: the hourly bars of XBTUSD. */
export interface ArchiveName {
  readonly symbol: string
  readonly intervalMin: number
}

/** Symbol and minutes of `XBTUSD_60.csv`, with or without `.gz` and folders before it; null for any other name. */
export const archiveName = (file: string): ArchiveName | null => {
  const match = /(?:^|[\\/])([A-Za-z0-9.]+)_([1-9]\d{0,4})\.csv(?:\.gz)?$/.exec(file)
  return match === null ? null : { symbol: match[1] ?? "", intervalMin: Number(match[2]) }
}
