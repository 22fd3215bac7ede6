import { AuthError } from '../../core/refusal.ts'
import {
  type BareItem,
  type Dictionary,
  type InnerList,
  isInnerList,
  type Parameters,
  parseDictionary,
  serializeDictionary,
  serializeItem,
} from '../structured-field/index.ts'
import type { FieldTypes } from './component.ts'
import { componentItem } from './component-list.ts'
import { SignatureTemplate } from './signature-template.ts'

/** A signature that one side wants of the other (RFC 9421 section 5). */
export interface SignatureWish {
  readonly label: string
  /** Components, as names (`@method`) or identifiers (`"@method";req`). */
  readonly cover: readonly string[]
  /** Whether the time of signing and of expiry are wanted. */
  readonly created?: boolean
  readonly expires?: boolean
  /** The very nonce to sign. */
  readonly nonce?: string
  readonly algorithm?: string
  readonly keyId?: string
  readonly tag?: string
}

const MAX_LENGTH = 4096
const MAX_WISHES = 8

/** The value of `Accept-Signature`. @throws {RangeError} A label, a component or a text that the field cannot carry. */
export function acceptSignature(wishes: readonly SignatureWish[]): string {
  return serializeDictionary(new Map(wishes.map((wish) => [wish.label, memberOf(wish)])))
}

/**
 * Reads `Accept-Signature`.
 *
 * @throws {AuthError} `request_invalid`: the field is malformed, too long, or has a parameter that is unknown.
 */
export function parseAcceptSignature(text: string): readonly SignatureWish[] {
  if (text.length > MAX_LENGTH) throw invalid()
  try {
    return wishesOf(parseDictionary(text))
  } catch (error) {
    throw invalid(error)
  }
}

/** What a signer has to honour a wish with. */
export interface WishedSigner {
  readonly keyId: string
  readonly algorithm: string
  readonly tag?: string
  readonly fieldTypes?: FieldTypes
}

/**
 * The template for a wish; `undefined` when the wish is for another key, algorithm or purpose than the signer has: nobody signs what he
 * was not asked for. The caller puts in the wish's nonce, and `expires` where it is wanted.
 *
 * @throws {RangeError} The wish names a component that does not exist.
 */
export function templateFor(wish: SignatureWish, signer: WishedSigner): SignatureTemplate | undefined {
  if (wish.keyId !== undefined && wish.keyId !== signer.keyId) return undefined
  if (wish.algorithm !== undefined && wish.algorithm !== signer.algorithm) return undefined
  if (wish.tag !== undefined && signer.tag !== undefined && wish.tag !== signer.tag) return undefined
  const tag = wish.tag ?? signer.tag
  return new SignatureTemplate({
    keyId: signer.keyId,
    cover: wish.cover,
    label: wish.label,
    ...(wish.algorithm === undefined ? {} : { algorithm: signer.algorithm }),
    ...(tag === undefined ? {} : { tag }),
    ...(signer.fieldTypes === undefined ? {} : { fieldTypes: signer.fieldTypes }),
  })
}

function memberOf({ cover, created, expires, nonce, algorithm, keyId, tag }: SignatureWish): InnerList {
  const parameters = new Map<string, BareItem>()
  const flags = { created, expires }
  const texts = { nonce, keyid: keyId, alg: algorithm, tag }
  for (const [name, wanted] of Object.entries(flags)) if (wanted === true) parameters.set(name, { type: 'boolean', value: true })
  for (const [name, value] of Object.entries(texts)) if (value !== undefined) parameters.set(name, { type: 'string', value })
  return { items: cover.map(componentItem), parameters }
}

function wishesOf(dictionary: Dictionary): readonly SignatureWish[] {
  if (dictionary.size > MAX_WISHES) throw new RangeError('too many signatures wished for')
  return [...dictionary].map(([label, member]) => {
    if (!isInnerList(member)) throw new SyntaxError('a wished signature that is no inner list')
    return { label, cover: member.items.map(serializeItem), ...wishedParameters(member.parameters) }
  })
}

const textNames: Readonly<Record<string, 'nonce' | 'keyId' | 'algorithm' | 'tag'>> = {
  nonce: 'nonce',
  keyid: 'keyId',
  alg: 'algorithm',
  tag: 'tag',
}

function wishedParameters(parameters: Parameters): Omit<SignatureWish, 'label' | 'cover'> {
  const wished: { -readonly [Name in keyof SignatureWish]?: SignatureWish[Name] } = {}
  for (const [name, { type, value }] of parameters) {
    const textName = Object.hasOwn(textNames, name) ? textNames[name] : undefined
    if (textName !== undefined && type === 'string') wished[textName] = value
    // Section 5.1: a time stands there without a value.
    else if ((name === 'created' || name === 'expires') && value === true) wished[name] = true
    else throw new SyntaxError('a wished signature with a parameter that is unknown')
  }
  return wished
}

const invalid = (cause?: unknown): AuthError =>
  new AuthError('request_invalid', { reason: 'accept_signature' }, cause === undefined ? undefined : { cause })
