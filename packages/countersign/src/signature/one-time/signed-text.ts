import type { RequestMessage } from '../message.ts'

/** What of a request is signed, beside the key's id and the leaf. */
export interface OneTimeRequest extends Pick<RequestMessage, 'method' | 'target' | 'scheme' | 'authority'> {
  /** As sent; empty without one. */
  readonly contentType: string
}

/** In padded base64; empty for a request without a body. */
export interface OneTimeFacts {
  readonly keyId: string
  readonly leaf: number
  readonly bodySha256: string
}

/** One line for each fact, always in this order, so that no two requests have one text. */
export function oneTimeText({ method, target, scheme, authority, contentType }: OneTimeRequest, facts: OneTimeFacts): string {
  const { keyId, leaf, bodySha256 } = facts
  return `countersign-one-time/1\n${method}\n${scheme}://${authority}${target}\n${contentType}\n${bodySha256}\n${keyId}\n${leaf}`
}
