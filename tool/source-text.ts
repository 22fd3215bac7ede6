// Source text with what must not be searched blanked out. TypeScript 7 has no parser to call, and a plain text search finds words in
// comments. Line and column stay what they were.

export interface SourceText {
  /** Comments blanked: module names can be read. */
  readonly withStrings: string
  /** Comments, strings and the fixed parts of templates blanked: only code is left. */
  readonly code: string
}

const blank = (text: string): string => text.replace(/[^\n]/g, ' ')

/** A slash after one of these begins a regular expression, after anything else it divides. */
const BEFORE_EXPRESSION = /(?:^|[(,=:[!&|?{};+\-*%<>~^]|\b(?:return|typeof|case|in|of|void|delete|throw|await|yield))\s*$/

const closing = (text: string, from: number, quote: string): number => {
  for (let i = from; i < text.length; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === quote || text[i] === '\n') return i + 1
  }
  return text.length
}

const expressionEnd = (text: string, from: number): number => {
  let inClass = false
  for (let i = from; i < text.length; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === '[') inClass = true
    else if (text[i] === ']') inClass = false
    else if (text[i] === '\n' || (text[i] === '/' && !inClass)) return i + 1
  }
  return text.length
}

/** Reads a source file once, character by character. Good enough for this repository's own code; it is no parser. */
export const readSource = (text: string): SourceText => {
  const withStrings: string[] = []
  const code: string[] = []
  const keep = (part: string): void => {
    withStrings.push(part)
    code.push(part)
  }
  const skip = (part: string, string: boolean): void => {
    withStrings.push(string ? part : blank(part))
    code.push(blank(part))
  }
  /** Depth of braces inside each open `${`. */
  const templates: number[] = []
  let at = 0
  const template = (from: number): number => {
    let i = from
    while (i < text.length && text[i] !== '`' && !(text[i] === '$' && text[i + 1] === '{')) i += text[i] === '\\' ? 2 : 1
    const open = text[i] === '$'
    skip(text.slice(from, i), true)
    keep(open ? '${' : '`')
    if (open) templates.push(0)
    return open ? i + 2 : i + 1
  }
  while (at < text.length) {
    const rest = text.slice(at, at + 2)
    const char = text[at] ?? ''
    let end = at + 1
    if (rest === '//' || rest === '/*') {
      const found = rest === '//' ? text.indexOf('\n', at) : text.indexOf('*/', at) + 2
      end = found < at + 2 ? text.length : found
      skip(text.slice(at, end), false)
    } else if (char === "'" || char === '"') {
      end = closing(text, at + 1, char)
      skip(text.slice(at, end), true)
    } else if (char === '`') {
      keep(char)
      end = template(at + 1)
    } else if (char === '/' && BEFORE_EXPRESSION.test(text.slice(Math.max(0, at - 40), at))) {
      end = expressionEnd(text, at + 1)
      skip(text.slice(at, end), false)
    } else if (char === '}' && templates.at(-1) === 0) {
      templates.pop()
      keep(char)
      end = template(at + 1)
    } else {
      const depth = templates.at(-1)
      if (depth !== undefined && char === '{') templates[templates.length - 1] = depth + 1
      if (depth !== undefined && char === '}') templates[templates.length - 1] = depth - 1
      keep(char)
    }
    at = end
  }
  return { withStrings: withStrings.join(''), code: code.join('') }
}

/** The line, counted from 1, on which a character stands. */
export const lineOf = (text: string, index: number): number => text.slice(0, index).split('\n').length
