/**
 * `PLANTED="a fill is booked twice" npm run simulate:planted -- --seed 1`: a seed with a known bug in it, to see what is left of it once it
 * is cut down.
 */
import { plant } from "./plant.ts"
import { PLANTED } from "./planted.ts"

const wanted = process.env["PLANTED"] ?? ""
const found = PLANTED.filter(({ name }) => name.includes(wanted))
const [planted] = found
if (wanted === "" || planted === undefined || found.length > 1) {
  throw new Error(`PLANTED=${wanted} names ${found.length} bugs: ${PLANTED.map(({ name }) => name).join("; ")}`)
}
plant(planted)
