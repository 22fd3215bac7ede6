import type { RequestMessage } from '../message.ts'
import type { Fail } from './component.ts'
import type { ComponentParameters } from './component-parameters.ts'
import { queryParameter } from './query-parameter.ts'
import { authorityOf, oneLine, partsOf, targetUriOf } from './target.ts'

export type RequestReader = (request: RequestMessage) => string

/** What derives from a request (RFC 9421 section 2.2), by name. `@query-param` and `@status` have rules of their own. */
const readers: Readonly<Record<string, (request: RequestMessage, fail: Fail) => string>> = {
  '@method': (request, fail) => oneLine(request.method, fail),
  '@target-uri': targetUriOf,
  '@authority': authorityOf,
  '@scheme': ({ scheme }) => scheme,
  '@request-target': (request, fail) => oneLine(request.target, fail),
  '@path': (request, fail) => partsOf(request, fail).path,
  '@query': (request, fail) => `?${partsOf(request, fail).query}`,
}

/** @throws {ComponentError} No request has such a component. */
export function requestReader(name: string, parameters: ComponentParameters, fail: Fail): RequestReader {
  const wanted = parameters.name
  if (name === '@query-param') {
    if (wanted === undefined) throw fail('component_parameter')
    return (request) => queryParameter(partsOf(request, fail).query, wanted, fail)
  }
  if (wanted !== undefined) throw fail('component_parameter')
  const read = Object.hasOwn(readers, name) ? readers[name] : undefined
  // `@signature-params` too: it is the last line of every base and stands in no list (section 2.3).
  if (read === undefined) throw fail('component_unknown')
  return (request) => read(request, fail)
}
