import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { compactVerify, CompactSign, exportJWK, importJWK } from 'jose'
import { AuthError, encodeBase64url, type RefusalCode } from '../core/index.ts'
import type { JwsAlgorithm, SignatureAlgorithm } from '../crypto/index.ts'
import {
  type AnySigningKey,
  generateSigningKey,
  type KeySet,
  keySet,
  secretSigningKey,
  secretVerificationKey,
  type SigningKey,
  verificationKey,
} from '../key/index.ts'
import { signJws, verifyJws } from './jws.ts'

const secret = Buffer.alloc(32, 7)
const es256 = generateSigningKey('ES256')
const all: Readonly<Record<JwsAlgorithm, AnySigningKey>> = {
  HS256: secretSigningKey('shared', secret),
  ES256: es256,
  EdDSA: generateSigningKey('EdDSA'),
  RS256: generateSigningKey('RS256'),
  PS256: generateSigningKey('PS256'),
}
const algorithms = Object.keys(all) as JwsAlgorithm[]
const signers = algorithms.filter((name): name is SignatureAlgorithm => name !== 'HS256').map((name) => all[name] as SigningKey)
const keys: KeySet = keySet([...signers.map((key) => verificationKey(key.publicJwk)), secretVerificationKey('shared', secret)])
const expect = { type: 'test+jwt', algorithms }

const segment = (value: unknown): string => encodeBase64url(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)))
/** A compact JWS with any header and payload, text or value, really signed. */
function forge(header: unknown, payload: unknown = { a: 1 }, key: AnySigningKey = es256): string {
  return resign(`${segment(header)}.${segment(payload)}`, key)
}
function resign(input: string, key: AnySigningKey): string {
  const compact = signJws('test+jwt', {}, key)
  assert.ok(compact)
  return `${input}.${signatures.get(key.algorithm)?.(input) ?? ''}`
}
const signatures = new Map(algorithms.map((name) => [name, (input: string) => rows[name].sign(all[name].privateKey, input)]))
import { jwsAlgorithms as rows } from '../crypto/index.ts'
