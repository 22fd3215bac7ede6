import type { EpochSeconds } from '../../core/platform.ts'
import { httpSignatureAlgorithms } from '../../crypto/index.ts'
import type { BodyBinding, TimedRequestSignature } from '../request-signature.ts'
import type { SignatureKey } from '../signature-key.ts'
import type { ComponentList } from './component-list.ts'
import type { KnownHeads } from './known-heads.ts'
import type { SignatureInput } from './signature-input.ts'
import { claimOf } from './signature-value.ts'

/** All that was read of one signature, `created` and `keyid` among it. */
export interface SignatureParts {
  readonly input: SignatureInput
  readonly list: ComponentList
  readonly base: string
  /** Base64. */
  readonly value: string
  readonly body: BodyBinding
  readonly known: KnownHeads
}

/** An RFC 9421 signature as a request or a response carries it. */
export class HttpMessageSignature implements TimedRequestSignature {
  readonly form = 'http-message'
  readonly #parts: SignatureParts

  constructor(parts: SignatureParts) {
    this.#parts = parts
  }

  get keyId(): string {
    return this.#parts.input.keyid as string
  }

  get signedAt(): EpochSeconds {
    return this.#parts.input.created as EpochSeconds
  }

  get expiresAt(): EpochSeconds | undefined {
    return this.#parts.input.expires
  }

  get nonce(): string {
    return this.#parts.input.nonce ?? claimOf(this.#parts.value)
  }

  get body(): BodyBinding {
    return this.#parts.body
  }

  get covered(): readonly string[] {
    return this.#parts.list.identifiers
  }

  check(key: SignatureKey): boolean {
    const { input, list, base, value, known } = this.#parts
    if (key.kind === 'one-time') return false
    const algorithm = key.kind === 'secret' ? 'hmac-sha256' : key.algorithm
    // RFC 9421 section 3.2 step 6: what the message says of the algorithm can only contradict.
    if (input.alg !== undefined && input.alg !== algorithm) return false
    if (!httpSignatureAlgorithms[algorithm].verify(key.key, base, value)) return false
    if (list !== input.components) known.learn(input.label, list)
    return true
  }
}
