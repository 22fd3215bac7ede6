/**
 * Where the focus goes among the rows of a table.
 *
 * @param at The row that has it; -1: none yet.
 * @returns undefined for keys that mean nothing there.
 */
export function rowMove(key: string, at: number, count: number): number | undefined {
  if (count === 0) return undefined
  if (key === 'ArrowDown' || key === 'j') return Math.min(count - 1, at + 1)
  if (key === 'ArrowUp' || key === 'k') return Math.max(0, at - 1)
  if (at === -1) return undefined
  if (key === 'Home') return 0
  return key === 'End' ? count - 1 : undefined
}
