import { createHmac } from 'node:crypto'
import { sha256Base64url } from 'countersign/crypto'
import { awsProvider, type ScopePlace, type SigV4Crypto, sigV4Provider } from 'countersign/signature'
import { misuse } from '../failure.ts'

/** What `curl --aws-sigv4` takes too: two names of the provider, region, service. */
export const DEFAULT_SIGV4 = 'csgn:csgn:local:api'

/** @throws {Failure} for anything but four names. */
export function sigV4Place(text: string): ScopePlace {
  const [name, header, region, service, ...rest] = text.split(':')
  if (name === undefined || header === undefined || !region || !service || rest.length > 0) {
    throw misuse(
      '--sigv4 takes four names: provider:header:region:service.',
      `The default is ${DEFAULT_SIGV4}; aws:amz:us-east-1:execute-api is another.`,
    )
  }
  try {
    return { region, service, provider: name === 'aws' && header === 'amz' ? awsProvider : sigV4Provider(name, header) }
  } catch (error) {
    throw misuse(`--sigv4: ${error instanceof Error ? error.message : 'not a provider'}.`)
  }
}

export const sigV4Crypto: SigV4Crypto = Object.freeze({
  sha256Hex: (data: string | Uint8Array) => Buffer.from(sha256Base64url(data), 'base64url').toString('hex'),
  hmac: (key: Uint8Array, text: string) => createHmac('sha256', key).update(text).digest(),
})
