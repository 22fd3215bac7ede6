/**
 * Where the focus goes in a menu (WAI-ARIA menu pattern): arrows go around, Home and End to the ends, a letter to the next item that begins
 * with it.
 *
 * @returns undefined for keys that a menu does nothing with.
 */
export function menuMove(key: string, at: number, titles: readonly string[]): number | undefined {
  const { length } = titles
  if (key === 'ArrowDown') return (at + 1) % length
  if (key === 'ArrowUp') return (at - 1 + length) % length
  if (key === 'Home') return 0
  if (key === 'End') return length - 1
  if ([...key].length !== 1 || key === ' ') return undefined
  const letter = key.toLowerCase()
  const next = Array.from({ length }, (_, step) => (at + 1 + step) % length).find((index) =>
    titles[index]?.toLowerCase().startsWith(letter),
  )
  return next
}
