import type { EpochSeconds } from '../../core/platform.ts'
import { contentDigest } from '../content-digest.ts'
import type { ResponseMessage } from '../message.ts'
import { type MessageSigningKey, signDraft } from './sign-with-key.ts'
import { SignatureTemplate } from './signature-template.ts'

export interface ResponseSignerOptions {
  /** As clients find it in the key set that they are told of: its `kid`. */
  readonly keyId: string
  readonly key: MessageSigningKey
  /** Fields of the response to cover, where it has them. Default `content-type`. */
  readonly cover?: readonly string[]
}

/** The fields that make a response a signed one. */
export type ResponseSignatureFields = Readonly<Record<'content-digest' | 'signature-input' | 'signature', string>>

const ANSWERED: readonly string[] = ['@status', 'content-digest', '"@method";req', '"@target-uri";req']
/** Of a request that was signed: its answer then speaks for this one sending of it. */
const QUESTION = '"signature";req'

/**
 * Signs responses (RFC 9421), so that a client can tell with a public key that an answer is this service's, unchanged, and meant for its
 * question: status, digest of the body, method and URL of the request, and the request's own signature where it has one are covered.
 */
export class ResponseSigner {
  readonly #options: ResponseSignerOptions
  readonly #templates = new Map<string, SignatureTemplate>()

  constructor(options: ResponseSignerOptions) {
    this.#options = options
  }

  /**
   * The fields to send with a response.
   *
   * @param response With the `request` that it answers.
   * @param body As it goes over the wire: what compresses it afterwards makes the digest wrong.
   * @throws {RangeError} A covered field cannot be signed as it is.
   */
  sign(response: ResponseMessage, body: string | Uint8Array, created: EpochSeconds): ResponseSignatureFields {
    const digest = contentDigest(body)
    const values = (name: string): readonly string[] | undefined => (name === 'content-digest' ? [digest] : response.values(name))
    const { status, request } = response
    const message = { status, values, ...(request === undefined ? {} : { request }) }
    const draft = this.#templateFor(response).draft(message, { created })
    return { 'content-digest': digest, ...signDraft(draft, this.#options.key) }
  }

  #templateFor(response: ResponseMessage): SignatureTemplate {
    const { keyId, cover = ['content-type'] } = this.#options
    const own = cover.filter((name) => response.values(name) !== undefined)
    const question = response.request?.values('signature') === undefined ? [] : [QUESTION]
    const covered = [...ANSWERED, ...own, ...question]
    const known = this.#templates.get(covered.join(' '))
    if (known !== undefined) return known
    const template = new SignatureTemplate({ keyId, cover: covered })
    this.#templates.set(covered.join(' '), template)
    return template
  }
}
