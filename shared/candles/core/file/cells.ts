/** From a line to its cells. Pure. */

/** The cells between the commas, without spaces around them and without quotes; null where a quote does not end. */
export const cellsOf = (line: string): ReadonlyArray<string> | null => {
  if (line.includes('"')) return quotedCells(line)
  const cells = line.split(",")
  return line.includes(" ") || line.includes("\t") ? cells.map((cell) => cell.trim()) : cells
}

/** A quoted cell may hold commas, and a quote twice for one. */
const CELL = /\s*(?:"((?:[^"]|"")*)"|([^",]*))\s*(?:,|$)/y

const quotedCells = (line: string): ReadonlyArray<string> | null => {
  const cells: Array<string> = []
  CELL.lastIndex = 0
  for (let ended = false; !ended;) {
    const match = CELL.exec(line)
    if (match === null) return null
    const [whole, quoted, plain = ""] = match
    cells.push(quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"').trim())
    ended = !whole.endsWith(",") || match.index + whole.length > line.length
    if (!ended && CELL.lastIndex === line.length) {
      cells.push("")
      ended = true
    }
  }
  return cells
}

/** What stands between cells where commas do not: read as one cell, such a file would have no bar. */
export const otherSeparator = (line: string): string | null =>
  [";", "\t", "|"].find((mark) => line.split(mark).length > 3) ?? null
