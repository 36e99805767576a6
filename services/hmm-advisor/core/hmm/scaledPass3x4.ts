/**
 * The scaled passes of `scaledPass.ts` written out for three states and four features with diagonal variances: the
 * detector's own size, several times faster because every parameter sits in a local. Same formulas, same guards.
 */
import { exponentials } from "./linear/exp.ts"
import type { Rows } from "./linear/rows.ts"
import { SMALLEST_PRODUCT, SMALLEST_SCALE, SMALLEST_WEIGHT, TRUSTED_LOG_SCALE } from "./scaledPass.ts"
import type { Workspace } from "./workspace.ts"

/** `scaledForward` for 3 × 4; densities and forward weights in one pass over the rows. */
export const scaledForward3x4 = (work: Workspace, { count, values }: Rows): number => {
  const { density, posterior, scale, transition: a, means: m, precision: p, logHeight } = work
  const [a00, a01, a02] = three(a, 0)
  const [a10, a11, a12] = three(a, 3)
  const [a20, a21, a22] = three(a, 6)
  const [m00, m01, m02, m03] = four(m, 0)
  const [m10, m11, m12, m13] = four(m, 4)
  const [m20, m21, m22, m23] = four(m, 8)
  const [p00, p01, p02, p03] = four(p, 0)
  const [p10, p11, p12, p13] = four(p, 4)
  const [p20, p21, p22, p23] = four(p, 8)
  const [h0, h1, h2] = three(logHeight, 0)
  let [f0, f1, f2] = three(work.start, 0)
  let logPeaks = 0
  let logScales = 0
  let product = 1
  let smallest = 1
  for (let x = 0, row = 0; row < count * 3; x += 4, row += 3) {
    const x0 = values[x]!
    const x1 = values[x + 1]!
    const x2 = values[x + 2]!
    const x3 = values[x + 3]!
    const e0 = h0 - square(x0 - m00) * p00 - square(x1 - m01) * p01 - square(x2 - m02) * p02 - square(x3 - m03) * p03
    const e1 = h1 - square(x0 - m10) * p10 - square(x1 - m11) * p11 - square(x2 - m12) * p12 - square(x3 - m13) * p13
    const e2 = h2 - square(x0 - m20) * p20 - square(x1 - m21) * p21 - square(x2 - m22) * p22 - square(x3 - m23) * p23
    const upper = e0 > e1 ? e0 : e1
    const peak = upper > e2 ? upper : e2
    logPeaks += peak
    density[row] = e0 - peak
    density[row + 1] = e1 - peak
    density[row + 2] = e2 - peak
  }
  exponentials(density, count * 3)
  for (let t = 0, row = 0; t < count; t++, row += 3) {
    if (t > 0) {
      const g0 = f0
      const g1 = f1
      const g2 = f2
      f0 = g0 * a00 + g1 * a10 + g2 * a20
      f1 = g0 * a01 + g1 * a11 + g2 * a21
      f2 = g0 * a02 + g1 * a12 + g2 * a22
    }
    f0 *= density[row]!
    f1 *= density[row + 1]!
    f2 *= density[row + 2]!
    const sum = f0 + f1 + f2
    if (!(sum >= SMALLEST_SCALE)) return Number.NaN
    const inverse = 1 / sum
    f0 *= inverse
    f1 *= inverse
    f2 *= inverse
    if (f0 < smallest) smallest = f0
    if (f1 < smallest) smallest = f1
    if (f2 < smallest) smallest = f2
    posterior[row] = f0
    posterior[row + 1] = f1
    posterior[row + 2] = f2
    scale[t] = inverse
    product *= sum
    if (product < SMALLEST_PRODUCT) {
      logScales += Math.log(product)
      product = 1
    }
  }
  logScales += Math.log(product)
  if (smallest < SMALLEST_WEIGHT && logScales < TRUSTED_LOG_SCALE) return Number.NaN
  return logScales + logPeaks
}

/** `scaledBackward` for three states. */
export const scaledBackward3 = (work: Workspace, rowCount: number): void => {
  const { density, posterior, scale, transition: a, moves } = work
  const [a00, a01, a02] = three(a, 0)
  const [a10, a11, a12] = three(a, 3)
  const [a20, a21, a22] = three(a, 6)
  let n00 = 0
  let n01 = 0
  let n02 = 0
  let n10 = 0
  let n11 = 0
  let n12 = 0
  let n20 = 0
  let n21 = 0
  let n22 = 0
  let b0 = 1
  let b1 = 1
  let b2 = 1
  for (let t = rowCount - 1, row = t * 3; t > 0; t--, row -= 3) {
    const inverse = scale[t]!
    const u0 = density[row]! * b0 * inverse
    const u1 = density[row + 1]! * b1 * inverse
    const u2 = density[row + 2]! * b2 * inverse
    const f0 = posterior[row - 3]!
    const f1 = posterior[row - 2]!
    const f2 = posterior[row - 1]!
    n00 += f0 * u0
    n01 += f0 * u1
    n02 += f0 * u2
    n10 += f1 * u0
    n11 += f1 * u1
    n12 += f1 * u2
    n20 += f2 * u0
    n21 += f2 * u1
    n22 += f2 * u2
    b0 = a00 * u0 + a01 * u1 + a02 * u2
    b1 = a10 * u0 + a11 * u1 + a12 * u2
    b2 = a20 * u0 + a21 * u1 + a22 * u2
    posterior[row - 3] = f0 * b0
    posterior[row - 2] = f1 * b1
    posterior[row - 1] = f2 * b2
  }
  moves[0] = n00 * a00
  moves[1] = n01 * a01
  moves[2] = n02 * a02
  moves[3] = n10 * a10
  moves[4] = n11 * a11
  moves[5] = n12 * a12
  moves[6] = n20 * a20
  moves[7] = n21 * a21
  moves[8] = n22 * a22
}

const square = (value: number): number => value * value

const three = (values: Float64Array, at: number): [number, number, number] => [
  values[at]!,
  values[at + 1]!,
  values[at + 2]!
]

const four = (values: Float64Array, at: number): [number, number, number, number] => [
  values[at]!,
  values[at + 1]!,
  values[at + 2]!,
  values[at + 3]!
]
