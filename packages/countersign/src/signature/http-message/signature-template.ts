import type { EpochSeconds } from '../../core/platform.ts'
import { serializeString } from '../structured-field/index.ts'
import type { FieldTypes, SignableMessage } from './component.ts'
import { type ComponentList, componentItem, componentList, signatureBase } from './component-list.ts'

export interface SignatureTemplateOptions {
  readonly keyId: string
  /** What to cover, as names (`@method`) or identifiers (`"@method";req`). */
  readonly cover: readonly string[]
  /** Names the signature within the message. Default `sig1`. */
  readonly label?: string
  /** Written into the message as `alg`; the verifier goes by the key all the same. Default: not written. */
  readonly algorithm?: string
  /** What the signature is for, in the words of the application. */
  readonly tag?: string
  /** How fields are defined that are covered with `;sf`, besides those that are known. */
  readonly fieldTypes?: FieldTypes
}

/** What is different in every signature. */
export interface SignatureMoment {
  readonly created: EpochSeconds
  readonly expires?: EpochSeconds
  /** Used once: random, or a counter. */
  readonly nonce?: string
}

/** The two fields of a signature. A message that has such fields already gets these as further members, or lines. */
export interface SignatureFields {
  readonly 'signature-input': string
  readonly signature: string
}

const LABEL = /^[a-z*][a-z0-9_.*-]*$/
const PLAIN = /^[ !#-[\]-~]+$/

/** How a signer signs, checked once. Holds no key and does no cryptography, so that it works wherever JavaScript does. */
export class SignatureTemplate {
  readonly label: string
  readonly #list: ComponentList
  readonly #tail: string

  /** @throws {RangeError} A component that does not exist or stands there twice, a label or a text that the fields cannot carry. */
  constructor({ keyId, cover, label = 'sig1', algorithm, tag, fieldTypes = {} }: SignatureTemplateOptions) {
    if (!LABEL.test(label)) throw new RangeError('a label that a structured field cannot carry')
    this.label = label
    this.#list = componentList(cover.map(componentItem), fieldTypes)
    this.#tail = parameter('keyid', keyId) + parameter('alg', algorithm) + parameter('tag', tag)
  }

  /**
   * Builds what is to be signed.
   *
   * @throws {RangeError} The message has no value of a covered component (`ComponentError` says which), a time is none, or the nonce has
   *   characters that a structured field cannot carry.
   */
  draft(message: SignableMessage, { created, expires, nonce }: SignatureMoment): SignatureDraft {
    const parameters = `${this.#list.text};created=${seconds(created)}${expires === undefined ? '' : `;expires=${seconds(expires)}`}${
      nonce === undefined ? '' : nonceParameter(nonce)
    }${this.#tail}`
    return new SignatureDraft(this.label, parameters, signatureBase(this.#list.components, parameters, message))
  }
}

/** A signature but for the value. */
export class SignatureDraft {
  /** What to sign: ASCII. */
  readonly base: string
  readonly #label: string
  readonly #parameters: string

  constructor(label: string, parameters: string, base: string) {
    this.base = base
    this.#label = label
    this.#parameters = parameters
  }

  /** @param value The signature of `base`, as padded base64. */
  fields(value: string): SignatureFields {
    return { 'signature-input': `${this.#label}=${this.#parameters}`, signature: `${this.#label}=:${value}:` }
  }
}

/** Signs the text it is given; padded base64. May ask a key that does not leave its place, so it may take its time. */
export type Sign = (base: string) => string | Promise<string>

const NOT_ASCII = /[^\t\n -~]/

/**
 * Builds, signs, and gives the two fields.
 *
 * @throws {RangeError} As `draft`; a component is not ASCII (RFC 9421 section 2.5).
 */
export async function signMessage(
  message: SignableMessage,
  template: SignatureTemplate,
  moment: SignatureMoment,
  sign: Sign,
): Promise<SignatureFields> {
  const draft = template.draft(message, moment)
  if (NOT_ASCII.test(draft.base)) throw new RangeError('a text to be signed that is not ASCII')
  return draft.fields(await sign(draft.base))
}

const parameter = (name: string, value: string | undefined): string => (value === undefined ? '' : `;${name}=${serializeString(value)}`)

/** Nonces are plain as a rule, and then they need no escaping. */
function nonceParameter(nonce: string): string {
  return PLAIN.test(nonce) ? `;nonce="${nonce}"` : `;nonce=${serializeString(nonce)}`
}

function seconds(value: EpochSeconds): EpochSeconds {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError('a time that is no whole number of seconds')
  return value
}
