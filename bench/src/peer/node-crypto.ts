/** The floor: what OpenSSL needs through node:crypto, on bytes that are ready, in the quickest form of each algorithm. */
import { createHmac, hash, type KeyObject, sign, timingSafeEqual, verify } from 'node:crypto'
import { type Algorithm, type KeyMaterial, pssOptions } from '../subject/material.ts'

/** A token taken apart beforehand. */
export interface ReadyToken {
  readonly input: Buffer
  /** ECDSA: the DER form, which OpenSSL takes as it is; otherwise the JWS form. */
  readonly signature: Buffer
}

export interface Primitive {
  readonly label: string
  sign(input: Buffer): Buffer
  verify(token: ReadyToken): boolean
}

function asymmetric(algorithm: Exclude<Algorithm, 'HS256'>, key: KeyMaterial): Primitive {
  const digest = algorithm === 'EdDSA' ? null : 'sha256'
  const options = (half: KeyObject) => (algorithm === 'PS256' ? { key: half, ...pssOptions } : half)
  const privateKey = options(key.privateKey)
  const publicKey = options(key.publicKey)
  return {
    label: `node:crypto${algorithm === 'ES256' ? ' (DER)' : ''}`,
    sign: (input) => sign(digest, input, privateKey),
    verify: ({ input, signature }) => verify(digest, input, publicKey, signature),
  }
}

function hmac(secret: KeyObject): Primitive {
  const mac = (input: Buffer): Buffer => createHmac('sha256', secret).update(input).digest()
  return { label: 'node:crypto createHmac(KeyObject)', sign: mac, verify: ({ input, signature }) => timingSafeEqual(mac(input), signature) }
}

/** HMAC (RFC 2104) as two digests over prepared pads: cheaper here than building an Hmac object. */
function hmacOfHashes(secret: KeyObject): Primitive {
  const pad = (byte: number): Buffer => {
    const block = Buffer.alloc(64)
    secret.export().copy(block)
    return block.map((value) => value ^ byte) as Buffer
  }
  const innerPad = pad(0x36)
  const outer = Buffer.concat([pad(0x5c), Buffer.alloc(32)])
  let inner = Buffer.alloc(1024)
  innerPad.copy(inner)
  const mac = (input: Buffer): Buffer => {
    if (inner.length < 64 + input.length) {
      inner = Buffer.alloc(64 + input.length * 2)
      innerPad.copy(inner)
    }
    input.copy(inner, 64)
    // Text of one byte a character is made quicker than a Buffer, and each digest costs less than a microsecond here.
    outer.write(hash('sha256', inner.subarray(0, 64 + input.length), 'binary'), 64, 'latin1')
    return Buffer.from(hash('sha256', outer, 'binary'), 'latin1')
  }
  return { label: 'node:crypto two hash() calls', sign: mac, verify: ({ input, signature }) => timingSafeEqual(mac(input), signature) }
}

export function primitives(key: KeyMaterial): readonly Primitive[] {
  if (key.algorithm === 'HS256') return [hmac(key.privateKey), hmacOfHashes(key.privateKey)]
  return [asymmetric(key.algorithm, key)]
}
