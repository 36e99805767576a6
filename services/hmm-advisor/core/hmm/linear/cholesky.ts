/** Small symmetric matrices, row by row, worked on in place. */

/**
 * Replaces a symmetric matrix by its lower Cholesky factor. Returns the smallest pivot, the variance a feature has left
 * once those before it are known; where that is not positive the matrix is no covariance and its factor is useless.
 */
export const lowerCholesky = (matrix: Float64Array, size: number): number => {
  let smallest = Number.POSITIVE_INFINITY
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = matrix[i * size + j]!
      for (let n = 0; n < j; n++) rest -= matrix[i * size + n]! * matrix[j * size + n]!
      if (i !== j) matrix[i * size + j] = rest / matrix[j * size + j]!
      else if (!(rest > 0)) return rest
      else {
        smallest = Math.min(smallest, rest)
        matrix[i * size + i] = Math.sqrt(rest)
      }
    }
  }
  return smallest
}

/** Replaces a lower triangular matrix by its inverse; what stands above the diagonal is not looked at. */
export const invertLower = (matrix: Float64Array, size: number): void => {
  for (let i = 0; i < size; i++) {
    const pivot = 1 / matrix[i * size + i]!
    for (let j = 0; j < i; j++) {
      let sum = 0
      for (let n = j; n < i; n++) sum += matrix[i * size + n]! * matrix[n * size + j]!
      matrix[i * size + j] = -sum * pivot
    }
    matrix[i * size + i] = pivot
  }
}

/**
 * Raises diagonal entries until every pivot is at least `floor`: the least that makes a collapsed covariance usable
 * again. A matrix whose pivots are large enough stays as it is.
 */
export const raisePivots = (matrix: Float64Array, size: number, floor: number, scratch: Float64Array): void => {
  scratch.set(matrix)
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < i; j++) {
      let rest = scratch[i * size + j]!
      for (let n = 0; n < j; n++) rest -= scratch[i * size + n]! * scratch[j * size + n]!
      scratch[i * size + j] = rest / scratch[j * size + j]!
    }
    let pivot = scratch[i * size + i]!
    for (let n = 0; n < i; n++) pivot -= scratch[i * size + n]! ** 2
    if (pivot < floor) {
      matrix[i * size + i]! += floor - pivot
      pivot = floor
    }
    scratch[i * size + i] = Math.sqrt(pivot)
  }
}
