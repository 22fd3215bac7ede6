import { isJwsAlgorithm, type JwsAlgorithm } from 'countersign/crypto'
import { isJsonObject, parseJson } from 'countersign/core'
import type { SecurityEventTransmitter } from '../revocation/index.ts'
import { issuerUrl, type Read, WrongValue } from './config-value.ts'

/** A transmitter as it is written: `algorithms` default to ES256 and RS256. */
export interface SecurityEventTransmitterOptions {
  readonly issuer: string
  readonly audience: string
  readonly jwks_uri?: string
  readonly algorithms?: readonly JwsAlgorithm[]
}

const names: ReadonlySet<string> = new Set(['issuer', 'audience', 'jwks_uri', 'algorithms'])
const HINT = 'Use a JSON list such as [{"issuer":"https://idp.example","audience":"https://auth.example"}].'

/** Who may tell us of security events, given as a list or as its JSON. */
export const securityEventTransmitters: Read<readonly SecurityEventTransmitter[]> = (raw) => {
  const value = typeof raw === 'string' ? fromJson(raw) : raw
  if (!Array.isArray(value)) throw new WrongValue('is not a list', HINT)
  const transmitters = value.map(transmitterOf)
  if (new Set(transmitters.map(({ issuer }) => issuer)).size < transmitters.length) throw new WrongValue('names an issuer twice', HINT)
  return Object.freeze(transmitters)
}

function transmitterOf(value: unknown): SecurityEventTransmitter {
  if (!isJsonObject(value)) throw new WrongValue('holds something else than objects', HINT)
  for (const name of Object.keys(value)) if (!names.has(name)) throw new WrongValue(`has an unknown member "${name}"`, HINT)
  const { issuer, audience, jwks_uri: jwksUri, algorithms = ['ES256', 'RS256'] } = value
  if (typeof issuer !== 'string') throw new WrongValue('has a transmitter without issuer', HINT)
  issuerUrl(issuer)
  if (typeof audience !== 'string' || audience === '') throw new WrongValue('has a transmitter without audience', HINT)
  if (jwksUri !== undefined && (typeof jwksUri !== 'string' || !/^https?:$/.test(URL.parse(jwksUri)?.protocol ?? ''))) {
    throw new WrongValue('has a jwks_uri that is no http or https URL', HINT)
  }
  if (!Array.isArray(algorithms) || algorithms.length === 0 || !algorithms.every(isPublic)) {
    throw new WrongValue('has algorithms that are no signatures with public keys', HINT)
  }
  return Object.freeze({ issuer, audience, jwksUri, algorithms })
}

const isPublic = (name: unknown): name is JwsAlgorithm => isJwsAlgorithm(name) && name !== 'HS256'

function fromJson(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    throw new WrongValue('is not JSON', HINT)
  }
}
