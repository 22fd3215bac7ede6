import {
  requestJwtPolicy,
  type RequestJwtPolicy,
  requestSignaturePolicy,
  type SignatureForm,
  type SignaturePolicy,
} from '../../signature/index.ts'

/** What a route asks of signed requests. A route with such a requirement takes signed requests only. */
export interface SignedRequirement {
  /** The forms that are taken, of those that the verifier takes. */
  readonly forms?: readonly SignatureForm[]
  /** How old a signature may be: from 1 to 900 seconds. The key may say less. Bounds presigned links too. */
  readonly windowSeconds?: number
  /** Links (presigned URLs, bewits) work only once. Default `false`. Every other form works only once in any case. */
  readonly once?: boolean
  /** Takes a body that the signature leaves open. Default `false`. */
  readonly unsignedPayload?: boolean
  /** What an RFC 9421 signature has to cover, besides the digest of the body. Default `@method` and `@target-uri`. */
  readonly cover?: readonly string[]
}

export const signatureForms: readonly SignatureForm[] = [
  'http-message',
  'sigv4',
  'sigv4-presigned',
  'hawk',
  'hawk-bewit',
  'jwt',
  'one-time',
]

const members: ReadonlySet<string> = new Set(['forms', 'windowSeconds', 'once', 'unsignedPayload', 'cover'])
export const LONGEST_WINDOW_SECONDS = 900

/** A requirement of signed requests, checked once when the route is made. */
export class SignedRule {
  /** `required`: a token is not enough. `refused`: a signature is nothing here. */
  readonly mode: 'either' | 'required' | 'refused'
  /** Infinite where the key alone decides. */
  readonly windowSeconds: number
  readonly linksOnce: boolean
  readonly unsignedPayload: boolean
  readonly messagePolicy: SignaturePolicy
  readonly jwtPolicy: RequestJwtPolicy
  readonly #forms: ReadonlySet<SignatureForm>

  /** @throws {TypeError | RangeError} */
  constructor(mode: SignedRule['mode'], requirement: SignedRequirement) {
    for (const name of Object.keys(requirement)) if (!members.has(name)) throw new TypeError(`unknown member of signed: ${name}`)
    const { forms = signatureForms, windowSeconds, once = false, unsignedPayload = false, cover } = requirement
    this.mode = mode
    this.#forms = new Set(parseForms('signed.forms', forms))
    this.windowSeconds = windowSeconds === undefined ? Number.POSITIVE_INFINITY : parseWindow('signed.windowSeconds', windowSeconds)
    this.linksOnce = parseFlag('signed.once', once)
    this.unsignedPayload = parseFlag('signed.unsignedPayload', unsignedPayload)
    this.messagePolicy = requestSignaturePolicy({ unsignedBody: unsignedPayload, ...(cover === undefined ? {} : { cover }) })
    this.jwtPolicy = requestJwtPolicy({ unsignedPayload })
    Object.freeze(this)
  }

  accepts(form: SignatureForm): boolean {
    return this.#forms.has(form)
  }
}

const either: SignedRule = new SignedRule('either', {})
const required: SignedRule = new SignedRule('required', {})
const refused: SignedRule = new SignedRule('refused', {})

/** @throws {TypeError | RangeError} */
export function parseSigned(signed: boolean | SignedRequirement | SignedRule | undefined): SignedRule {
  if (signed instanceof SignedRule) return signed
  if (signed === undefined) return either
  if (typeof signed === 'boolean') return signed ? required : refused
  if (typeof signed !== 'object' || signed === null) throw new TypeError('signed must be true, false or an object')
  return new SignedRule('required', signed)
}

/** @throws {TypeError} */
export function parseForms(name: string, forms: readonly SignatureForm[]): readonly SignatureForm[] {
  const isList: boolean = Array.isArray(forms)
  if (!isList || forms.length === 0 || !forms.every((form) => signatureForms.includes(form))) {
    throw new TypeError(`${name} must name one or more of ${signatureForms.join(', ')}`)
  }
  return forms
}

/** @throws {RangeError} */
export function parseWindow(name: string, seconds: number): number {
  if (!Number.isSafeInteger(seconds) || seconds < 1 || seconds > LONGEST_WINDOW_SECONDS) {
    throw new RangeError(`${name} must be a whole number of seconds from 1 to ${LONGEST_WINDOW_SECONDS}`)
  }
  return seconds
}

function parseFlag(name: string, value: unknown): boolean {
  if (typeof value !== 'boolean') throw new TypeError(`${name} must be true or false`)
  return value
}
