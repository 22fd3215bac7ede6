import type { RequestMessage, ResponseMessage } from '../message.ts'
import { type FieldType, type Item, serializeItem } from '../structured-field/index.ts'
import { ComponentError, type ComponentReason } from './component-error.ts'
import { type ComponentParameters, parametersOf } from './component-parameters.ts'
import { requestReader } from './derived-component.ts'
import { fieldReader } from './field-component.ts'

export type SignableMessage = RequestMessage | ResponseMessage

/** One component of a message (RFC 9421 section 2), made ready to be read from any number of messages. */
export interface Component {
  /** Strictly serialized, as it stands in the list: `"content-digest";req`. */
  readonly identifier: string
  /** The beginning of its line in the signature base, when a line goes before it. */
  readonly head: string
  /** The same for two identifiers that mean the same: the order of parameters is not significant when comparing (section 2). */
  readonly meaning: string
  /**
   * A value without a line break in it, or it would begin a line of its own.
   *
   * @throws {ComponentError} The message has no such component, or none that may be signed.
   */
  readonly value: (message: SignableMessage) => string
}

/** How fields are defined that are covered with `;sf`, by name, besides those that are known anyway. */
export type FieldTypes = Readonly<Record<string, FieldType>>

/** Makes the error of one component. */
export type Fail = (reason: ComponentReason) => ComponentError

/** @throws {ComponentError} There is no such component. */
export function componentOf(item: Item, types: FieldTypes): Component {
  const identifier = serializeItem(item)
  const fail: Fail = (reason) => new ComponentError(reason, identifier)
  if (item.bare.type !== 'string') throw fail('component_malformed')
  const name = item.bare.value
  return {
    identifier,
    head: `\n${identifier}: `,
    meaning:
      item.parameters.size < 2
        ? identifier
        : serializeItem({ bare: item.bare, parameters: new Map([...item.parameters].sort(([a], [b]) => (a < b ? -1 : 1))) }),
    value: readerOf(name, parametersOf(item.parameters, fail), types, fail),
  }
}

type Reader = Component['value']

function readerOf(name: string, parameters: ComponentParameters, types: FieldTypes, fail: Fail): Reader {
  if (!name.startsWith('@')) {
    const read = fieldReader(name, parameters, types, fail)
    return parameters.req ? (message) => read(answeredRequest(message, fail)) : read
  }
  if (parameters.sf || parameters.bs || parameters.tr || parameters.key !== undefined) throw fail('component_parameter')
  if (name === '@status') return statusReader(parameters, fail)
  const read = requestReader(name, parameters, fail)
  if (parameters.req) return (message) => read(answeredRequest(message, fail))
  return (message) => {
    // Section 2.2: what derives from a request is no component of a response.
    if ('status' in message) throw fail('component_absent')
    return read(message)
  }
}

/** Section 2.2.9. */
function statusReader(parameters: ComponentParameters, fail: Fail): Reader {
  if (parameters.req || parameters.name !== undefined) throw fail('component_parameter')
  return (message) => {
    if (!('status' in message)) throw fail('component_absent')
    return String(message.status)
  }
}

/** Section 2.4: `;req` reaches from a response into the request that it answers. */
function answeredRequest(message: SignableMessage, fail: Fail): RequestMessage {
  if (!('status' in message) || message.request === undefined) throw fail('component_absent')
  return message.request
}
