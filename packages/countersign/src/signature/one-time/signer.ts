import { encodeBase64url } from '../../core/base64url.ts'
import { type Random, systemRandom } from '../../core/platform.ts'
import { digestText } from '../../crypto/index.ts'
import { type OneTimeRequest, oneTimeText } from './signed-text.ts'
import type { OneTimeSigningKey } from './signing-key.ts'

/** Hands out the leaves of one key. */
export interface LeafCounter {
  /**
   * The next leaf, from 0 on. Once this has resolved, the leaf is not handed out again: not to another process, not after a power cut.
   * Numbers may be left out.
   */
  take(): Promise<number>
}

export interface OneTimeSignerOptions {
  /** The id of the access key that the public half was enrolled as. */
  readonly keyId: string
  readonly key: OneTimeSigningKey
  /** `leafFolder` of `countersign/device`, or one of your own that keeps its promise. */
  readonly leaves: LeafCounter
  readonly random?: Random
}

export interface OneTimeSigner {
  /**
   * Signs one request, and uses up a leaf for it even when it then fails.
   *
   * @returns the value of `Authorization`.
   * @throws {RangeError} All leaves are used: make the key of the next generation, and enrol it.
   */
  sign(request: Omit<OneTimeRequest, 'contentType'> & { readonly contentType?: string }, body?: Uint8Array): Promise<string>
}

/** Signs requests on a device, which needs no clock for it. The count moves before the signature is made, so that a crash loses a leaf and never uses one twice. */
export function createOneTimeSigner({ keyId, key, leaves, random = systemRandom }: OneTimeSignerOptions): OneTimeSigner {
  return Object.freeze({
    async sign(request: Parameters<OneTimeSigner['sign']>[0], body: Uint8Array = new Uint8Array(0)): Promise<string> {
      const leaf = await leaves.take()
      if (leaf >= key.leaves) throw new RangeError('all leaves of the one-time key are used')
      const bodySha256 = body.byteLength === 0 ? '' : digestText('sha-256', body, 'base64')
      const text = oneTimeText({ ...request, contentType: request.contentType ?? '' }, { keyId, leaf, bodySha256 })
      const signature = encodeBase64url(await key.sign(leaf, text, random))
      const digest = bodySha256 === '' ? '' : ` digest="${bodySha256}",`
      return `OneTime keyid="${keyId}", leaf="${leaf}",${digest} signature="${signature}"`
    },
  })
}
