/**
 * A table by RFC 4180, with a line of titles. What a spreadsheet would take for a formula gets an apostrophe in front; so does what begins
 * with one, so that no two cells look the same.
 */
export const csvText = (titles: readonly string[], rows: readonly (readonly string[])[]): string =>
  [titles, ...rows].map((cells) => `${cells.map((cell) => quoted(harmless(cell))).join(',')}\r\n`).join('')

const harmless = (text: string): string => (/^[=+\-@\t\r\n'＝＋－＠]/.test(text) ? `'${text}` : text)

const quoted = (text: string): string => (/[",\r\n']/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
