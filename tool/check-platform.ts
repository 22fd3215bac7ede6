// Time, chance and the network come in through `Platform`. What takes them from the air cannot be tested without waiting, and a clock that
// nobody holds is how "never later than" becomes "usually not later than".

import type { SourceFile } from './check-imports.ts'
import { lineOf, readSource } from './source-text.ts'

const BARE = /(?<![.\w$])(?:Date\.now|new Date|Math\.random|(?:globalThis\.)?(?:fetch|setTimeout|setInterval))\s*\(/g

/** `new Date(x)` formats a moment that somebody else has read. */
const formatsOnly = (match: string, after: string): boolean => match.startsWith('new Date') && !/^\s*\)/.test(after)

/** A method of that name (a line that begins with it and names a type), or a `fetch` that was handed in, is not the global one. */
const isOwn = (match: string, code: string, index: number): boolean => {
  if (!match.startsWith('fetch')) return false
  const before = code.slice(code.lastIndexOf('\n', index) + 1, index)
  if (/^\s*(?:async |readonly )*$/.test(before)) return /^[^\n]*:/.test(code.slice(index))
  return /[{,(]\s*fetch\s*[},:]/.test(code)
}

/** Every place of a file that reads the clock, chance or the network by itself, one sentence each. */
export const checkPlatform = ({ path, text }: SourceFile): string[] => {
  const { code } = readSource(text)
  return [...code.matchAll(BARE)]
    .filter((match) => !formatsOnly(match[0], code.slice(match.index + match[0].length)) && !isOwn(match[0], code, match.index))
    .map((match) => `${path}:${lineOf(text, match.index)} takes ${match[0]}) from the air: it comes in through Platform`)
}
