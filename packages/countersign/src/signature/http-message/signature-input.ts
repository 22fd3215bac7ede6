import type { EpochSeconds } from '../../core/platform.ts'
import { type BareItem, type Item, isInnerList, type Parameters, parseDictionary, serializeInnerList } from '../structured-field/index.ts'
import type { ComponentList } from './component-list.ts'

/** One member of `Signature-Input` (RFC 9421 sections 2.3 and 4.1). */
export class SignatureInput {
  readonly label: string
  /** The value of `@signature-params`, strictly serialized. */
  readonly text: string
  /** Known already, or items at which nobody has looked yet. */
  readonly components: ComponentList | readonly Item[]
  created: EpochSeconds | undefined = undefined
  expires: EpochSeconds | undefined = undefined
  nonce: string | undefined = undefined
  alg: string | undefined = undefined
  keyid: string | undefined = undefined
  tag: string | undefined = undefined

  constructor(label: string, text: string, components: ComponentList | readonly Item[]) {
    this.label = label
    this.text = text
    this.components = components
  }
}

/** Which of several signatures is meant. Without a word it is the only one. */
export interface SignatureChoice {
  readonly label?: string
  readonly tag?: string
}

const MAX_SIGNATURES = 8

/**
 * Reads `Signature-Input` in any form that it may have, and takes the signature that is meant. Others may be of kinds that nobody here
 * knows.
 *
 * @returns `undefined` when the signature that is meant is not there.
 * @throws {SyntaxError} No dictionary of inner lists, or too many; a parameter that is unknown or of the wrong type; several that could
 *   be meant.
 */
export function parseSignatureInput(text: string, choice: SignatureChoice): SignatureInput | undefined {
  const members = parseDictionary(text)
  if (members.size > MAX_SIGNATURES) throw new SyntaxError('too many signatures')
  let found: SignatureInput | undefined
  for (const [label, member] of members) {
    if (!isInnerList(member)) throw new SyntaxError('a signature input that is no inner list')
    if (!isMeant(label, member.parameters, choice)) continue
    if (found !== undefined) throw new SyntaxError('several signatures that could be meant')
    found = new SignatureInput(label, serializeInnerList(member), member.items)
    takeParameters(member.parameters, found)
  }
  return found
}

export function isChosen({ label, tag }: SignatureInput, choice: SignatureChoice): boolean {
  return (choice.label === undefined || choice.label === label) && (choice.tag === undefined || choice.tag === tag)
}

function isMeant(label: string, parameters: Parameters, choice: SignatureChoice): boolean {
  const tag = parameters.get('tag')
  return (choice.label ?? label) === label && (choice.tag === undefined || (tag?.type === 'string' && tag.value === choice.tag))
}

function takeParameters(parameters: Parameters, into: SignatureInput): void {
  for (const [name, value] of parameters) {
    if (name === 'created' || name === 'expires') into[name] = secondsOf(value)
    else if (name === 'nonce' || name === 'keyid' || name === 'alg' || name === 'tag') into[name] = textOf(value)
    else throw new SyntaxError('a signature with an unknown parameter')
  }
}

function secondsOf(value: BareItem): EpochSeconds {
  if (value.type !== 'integer' || value.value < 0) throw new SyntaxError('a time of a signature that is none')
  return value.value
}

function textOf(value: BareItem): string {
  if (value.type !== 'string') throw new SyntaxError('a parameter of a signature that is no string')
  return value.value
}
