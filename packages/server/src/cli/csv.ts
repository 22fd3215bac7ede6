type Cell = string | number | null

/**
 * One line of RFC 4180. What a spreadsheet would take for a formula gets an apostrophe in front (ASVS 1.2.10); so does what begins with one, so that no two
 * cells look the same.
 */
export function csvLine(cells: readonly Cell[]): string {
  return cells.map((cell) => quoted(harmless(String(cell ?? '')))).join(',')
}

const harmless = (text: string): string => (/^[=+\-@\t\r\n'＝＋－＠]/.test(text) ? `'${text}` : text)

const quoted = (text: string): string => (/[",\r\n']/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
