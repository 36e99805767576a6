/** A process that writes one file again and again, each version recognisable in every row, until it is killed. */
import { writeAtomically } from "../../../shared/files/atomicFile.ts"
import { encodeTrades } from "../../../services/market-context/files/parquet.ts"

const ROWS = 20_000
/** A process that nobody kills ends by itself. */
const MAX_VERSIONS = 200
const path = process.argv[2] ?? ""

const column = (of: (row: number) => bigint): BigInt64Array<ArrayBuffer> =>
  BigInt64Array.from({ length: ROWS }, (_, row) => of(row))

const versions = [1n, 2n, 3n].map((version) =>
  encodeTrades(
    {
      ids: column((row) => BigInt(row)),
      times: column((row) => BigInt(row)),
      prices: column(() => 1n),
      volumes: column(() => version),
      buys: new Uint8Array(ROWS)
    },
    { rows: String(ROWS), version: String(version) }
  )
)
for (let n = 0; n < MAX_VERSIONS; n++) {
  process.stdout.write("w\n")
  writeAtomically(path, versions[n % versions.length]!)
}
