import { importPeer } from '../harness/install.ts'
import { audience, issuer, type KeyMaterial } from '../subject/material.ts'
import type { JwtPeer } from './jwt-peer.ts'

interface Signing {
  setProtectedHeader(header: object): this
  sign(key: CryptoKey): Promise<string>
}

interface Jose {
  readonly SignJWT: new (claims: object) => Signing
  jwtVerify(token: string, key: CryptoKey, options: object): Promise<unknown>
  importSPKI(pem: string, algorithm: string): Promise<CryptoKey>
  importPKCS8(pem: string, algorithm: string): Promise<CryptoKey>
}

/** A CryptoKey is the form that jose need not convert again for each call. */
async function cryptoKey(jose: Jose, key: KeyMaterial, half: 'private' | 'public'): Promise<CryptoKey> {
  if (key.algorithm === 'HS256') {
    const secret = Uint8Array.from(key.privateKey.export())
    return crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify'])
  }
  return half === 'private'
    ? jose.importPKCS8(key.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), key.algorithm)
    : jose.importSPKI(key.publicKey.export({ type: 'spki', format: 'pem' }).toString(), key.algorithm)
}

export const jose: JwtPeer = {
  label: 'jose',
  algorithms: ['HS256', 'ES256', 'EdDSA', 'RS256', 'PS256'],
  async verifier(key) {
    const library = await importPeer<Jose>('jose')
    const publicKey = await cryptoKey(library, key, 'public')
    const options = { issuer, audience, typ: 'at+jwt', algorithms: [key.algorithm] }
    return { kind: 'async', call: (token) => library.jwtVerify(token, publicKey, options) }
  },
  async signer(key) {
    const library = await importPeer<Jose>('jose')
    const privateKey = await cryptoKey(library, key, 'private')
    const header = { alg: key.algorithm, typ: 'at+jwt', kid: key.kid }
    return { kind: 'async', call: (claims) => new library.SignJWT(claims).setProtectedHeader(header).sign(privateKey) }
  },
}
