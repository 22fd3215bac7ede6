import { type BareItem, type Item, parseItem } from '../structured-field/index.ts'
import { type Component, componentOf, type FieldTypes, type SignableMessage } from './component.ts'
import { ComponentError } from './component-error.ts'

const MAX_COMPONENTS = 32
const MAX_IDENTIFIER_LENGTH = 256

/** The components that one signature covers, in their order. */
export interface ComponentList {
  /** Strictly serialized: `("@method" "@target-uri")`. */
  readonly text: string
  readonly components: readonly Component[]
  readonly identifiers: readonly string[]
  /** The identifiers without regard to the order of parameters. */
  readonly meanings: readonly string[]
  readonly coversDigest: boolean
}

/** The forms in which the field is covered whole (RFC 9421 section 2.1): with `;key` or `;tr` it is another thing. */
const wholeDigest: readonly string[] = ['"content-digest"', '"content-digest";sf', '"content-digest";bs']

/** @throws {ComponentError} One of them is none, stands there twice (RFC 9421 section 2: once only), or there are too many. */
export function componentList(items: readonly Item[], types: FieldTypes): ComponentList {
  if (items.length > MAX_COMPONENTS) throw new ComponentError('components_too_many', String(items.length))
  const components = items.map((item) => componentOf(item, types))
  const meanings = components.map(({ meaning }) => meaning)
  for (const [index, { identifier, meaning }] of components.entries()) {
    if (identifier.length > MAX_IDENTIFIER_LENGTH) throw new ComponentError('component_malformed', String(index))
    if (meanings.indexOf(meaning) !== index) throw new ComponentError('component_repeated', identifier)
  }
  const identifiers = components.map(({ identifier }) => identifier)
  const coversDigest = wholeDigest.some((identifier) => identifiers.includes(identifier))
  return { text: `(${identifiers.join(' ')})`, components, identifiers, meanings, coversDigest }
}

const NO_PARAMETERS: ReadonlyMap<string, BareItem> = new Map()

/** As people write a component: `@method`, or `"@method";req` where it has parameters. */
export function componentItem(text: string): Item {
  return text.startsWith('"') ? parseItem(text) : { bare: { type: 'string', value: text }, parameters: NO_PARAMETERS }
}

/**
 * The text that is signed (section 2.5).
 *
 * @param parameters The value of `@signature-params`: the list and the signature's parameters, strictly serialized.
 * @throws {ComponentError} The message has no value of a component.
 */
export function signatureBase(components: readonly Component[], parameters: string, message: SignableMessage): string {
  let base = ''
  for (let index = 0; index < components.length; index++) {
    const { head, identifier, value } = components[index] as Component
    base += (index === 0 ? `${identifier}: ` : head) + value(message)
  }
  return `${base}${base === '' ? '' : '\n'}"@signature-params": ${parameters}`
}
