import type { KeyObject } from 'node:crypto'
import { importPeer } from '../harness/install.ts'
import { audience, issuer } from '../subject/material.ts'
import type { JwtPeer } from './jwt-peer.ts'

interface Jsonwebtoken {
  readonly default: {
    verify(token: string, key: KeyObject, options: object): unknown
    sign(claims: object, key: KeyObject, options: object): string
  }
}

/** Has no EdDSA, and no check of the token's type. */
export const jsonwebtoken: JwtPeer = {
  label: 'jsonwebtoken',
  algorithms: ['HS256', 'ES256', 'RS256', 'PS256'],
  async verifier(key) {
    const { default: library } = await importPeer<Jsonwebtoken>('jsonwebtoken')
    const options = { algorithms: [key.algorithm], issuer, audience }
    return { kind: 'sync', call: (token) => library.verify(token, key.publicKey, options) }
  },
  async signer(key) {
    const { default: library } = await importPeer<Jsonwebtoken>('jsonwebtoken')
    const options = { algorithm: key.algorithm, keyid: key.kid, header: { alg: key.algorithm, typ: 'at+jwt' } }
    return { kind: 'sync', call: (claims) => library.sign(claims, key.privateKey, options) }
  },
}
