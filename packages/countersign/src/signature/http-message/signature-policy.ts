import { componentItem } from './component-list.ts'
import { componentOf, type FieldTypes } from './component.ts'
import { KnownHeads } from './known-heads.ts'
import type { SignatureChoice } from './signature-input.ts'

export interface SignaturePolicyOptions extends SignatureChoice {
  /**
   * What a signature must cover, as names (`@method`) or identifiers (`"@method";req`). Default for requests: `@method` and
   * `@target-uri`. The digest of the body comes besides: see `unsignedBody`.
   */
  readonly cover?: readonly string[]
  /** Takes a body that the signature does not cover. Default: where there is a body, `content-digest` must be covered. */
  readonly unsignedBody?: boolean
  /** Whether the signer must give a nonce. Default: no, the claim is made of the signature's own value. */
  readonly requireNonce?: boolean
  /** How fields are defined that are covered with `;sf`, besides those that are known. */
  readonly fieldTypes?: FieldTypes
}

/** What a verifier asks of a signature, checked once. */
export interface SignaturePolicy extends SignatureChoice {
  readonly cover: readonly Requirement[]
  readonly unsignedBody: boolean
  readonly requireNonce: boolean
  readonly fieldTypes: FieldTypes
  readonly known: KnownHeads
}

interface Requirement {
  readonly identifier: string
  readonly meaning: string
}

const REQUEST_COVER: readonly string[] = ['@method', '@target-uri']
/** A response speaks for one request: otherwise yesterday's answer to another question would do. */
const RESPONSE_COVER: readonly string[] = ['@status', '"@method";req', '"@target-uri";req']

/** @throws {RangeError} A component to be covered that does not exist. */
export function requestSignaturePolicy(options: SignaturePolicyOptions = {}): SignaturePolicy {
  return policyOf(options, REQUEST_COVER)
}

/** As `requestSignaturePolicy`; the default covers `@status` and the request's `@method` and `@target-uri`. */
export function responseSignaturePolicy(options: SignaturePolicyOptions = {}): SignaturePolicy {
  return policyOf(options, RESPONSE_COVER)
}

function policyOf({ label, tag, ...options }: SignaturePolicyOptions, defaultCover: readonly string[]): SignaturePolicy {
  const { cover = defaultCover, unsignedBody = false, requireNonce = false, fieldTypes = {} } = options
  return Object.freeze({
    ...(label === undefined ? {} : { label }),
    ...(tag === undefined ? {} : { tag }),
    cover: cover.map((text) => requirementOf(text, fieldTypes)),
    unsignedBody,
    requireNonce,
    fieldTypes,
    known: new KnownHeads(),
  })
}

function requirementOf(text: string, fieldTypes: FieldTypes): Requirement {
  const { identifier, meaning } = componentOf(componentItem(text), fieldTypes)
  return { identifier, meaning }
}
