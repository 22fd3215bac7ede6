/** A request as it arrived, before anything was parsed, decoded or joined. */
export interface RequestMessage {
  readonly method: string
  /** As on the request line (RFC 9112 section 3.2), nearly always path and query: `/a%20b?c`. */
  readonly target: string
  /** What the client used, which behind a proxy that ends TLS is not what this process saw. */
  readonly scheme: 'http' | 'https'
  /** As in `Host` or `:authority`; it stands in place of both. */
  readonly authority: string
  /** The values of a field in the order of arrival, by its name in lower case; `undefined` when the field is absent. */
  values(name: string): readonly string[] | undefined
  /** The names of all fields that arrived, in any order and case, with repetitions or without. */
  names(): readonly string[]
  /** The same as `values` for the trailer section (RFC 9110 section 6.5). */
  trailers?(name: string): readonly string[] | undefined
}

/** A response, together with the request that it answers where a signature may reach into that one. */
export interface ResponseMessage {
  readonly status: number
  values(name: string): readonly string[] | undefined
  trailers?(name: string): readonly string[] | undefined
  readonly request?: RequestMessage
}

/** Names and values by turns: the form of `rawHeaders` in Node, which keeps what was sent in the order of arrival. */
export type FieldLines = readonly string[]

/** Looks fields up in the lines as they arrived. Copies nothing until it is asked. */
export function fieldValues(lines: FieldLines): (name: string) => readonly string[] | undefined {
  return (name) => {
    let values: string[] | undefined
    for (let index = 0; index + 1 < lines.length; index += 2) {
      const candidate = lines[index] as string
      if (!isNamed(candidate, name)) continue
      const value = lines[index + 1] as string
      if (values === undefined) values = [value]
      else values.push(value)
    }
    return values
  }
}

/** The names in the lines, as they arrived. */
export function fieldNames(lines: FieldLines): () => readonly string[] {
  return () => {
    const names: string[] = []
    for (let index = 0; index < lines.length; index += 2) names.push(lines[index] as string)
    return names
  }
}

/** Whether a name is this one but for its case. Most names differ in length or in the last letter; a copy in lower case costs more. */
function isNamed(candidate: string, lowerCase: string): boolean {
  const last = lowerCase.length - 1
  if (candidate.length !== lowerCase.length || (candidate.charCodeAt(last) | 0x20) !== (lowerCase.charCodeAt(last) | 0x20)) return false
  if (candidate === lowerCase) return true
  for (let index = 0; index < lowerCase.length; index++) {
    const code = candidate.charCodeAt(index)
    if ((code >= 0x41 && code <= 0x5a ? code | 0x20 : code) !== lowerCase.charCodeAt(index)) return false
  }
  return true
}
