import { encodeBase64url } from '../../core/base64url.ts'
import type { EpochSeconds } from '../../core/platform.ts'
import type { JwsAlgorithm } from '../../crypto/index.ts'
import type { RequestMessage } from '../message.ts'

export interface RequestJwtSigning {
  readonly keyId: string
  readonly algorithm: JwsAlgorithm
  /** Signs the UTF-8 form of a text; base64url. */
  readonly sign: (input: string) => string | Promise<string>
}

/**
 * Makes the JWT of one request, to be sent as `Authorization: Bearer`.
 *
 * @param facts `id` is new for each request; `bodySha256` (base64url) goes with every body that is not empty.
 */
export async function signRequestJwt(
  request: Pick<RequestMessage, 'method' | 'target' | 'scheme' | 'authority'>,
  facts: { readonly id: string; readonly at: EpochSeconds; readonly lifeSeconds: number; readonly bodySha256?: string },
  { keyId, algorithm, sign }: RequestJwtSigning,
): Promise<string> {
  const { id, at, lifeSeconds, bodySha256 } = facts
  const claims = {
    jti: id,
    iat: at,
    exp: at + lifeSeconds,
    htm: request.method,
    htu: `${request.scheme}://${request.authority}${request.target}`,
    ...(bodySha256 === undefined ? {} : { body_sha256: bodySha256 }),
  }
  const input = `${segment({ alg: algorithm, typ: 'req+jwt', kid: keyId })}.${segment(claims)}`
  return `${input}.${await sign(input)}`
}

const segment = (value: object): string => encodeBase64url(new TextEncoder().encode(JSON.stringify(value)))
