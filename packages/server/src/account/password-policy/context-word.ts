/** Shorter ones stand in many good passwords. */
const LEAST_WORD = 4

/** The words in addresses and names that may not carry a password, the longest first. */
export function contextWords(texts: readonly string[]): readonly string[] {
  const words = texts.flatMap((text) =>
    text
      .normalize('NFKC')
      .toLowerCase()
      .split(/[^\p{L}\p{N}]+/u),
  )
  return [...new Set(words)].filter((word) => [...word].length >= LEAST_WORD).sort((a, b) => b.length - a.length)
}

/** @returns what is left of the password when the words are taken out of it; undefined when it holds none. */
export function withoutWords(password: string, words: readonly string[]): string | undefined {
  const text = password.normalize('NFKC').toLowerCase()
  let rest = text
  for (const word of words) rest = rest.replaceAll(word, '')
  return rest === text ? undefined : rest
}
