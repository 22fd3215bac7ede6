import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import { AuthError } from 'countersign/core'
import { sha256Base64url } from 'countersign/crypto'
import { publicJwk, thumbprint } from 'countersign/key'
import { verifyDpopProof } from 'countersign/token'
import { hasVectors, vectors } from './published-vectors.ts'

interface ProofCase {
  readonly id: string
  readonly proof: string
  readonly request: { readonly method: string; readonly url: string }
  readonly accessToken?: string
  readonly ath?: string
  readonly cnfJkt?: string
  readonly now: number
  readonly expect: string
}

interface DpopVectors {
  readonly jkt: string
  readonly jwk: Readonly<Record<string, string>>
  readonly cases: readonly ProofCase[]
}

/** The vector leaves it open; we take one spelling of a signature only. */
const refusedThough: ReadonlySet<string> = new Set(['tampered-signature'])
/** Its second use is refused by the claim of its `jti`, in the verifier; here it is the same proof as the first. */
const accepted = ({ id, expect }: ProofCase): boolean => !refusedThough.has(id) && (expect === 'valid' || id === 'replay')

test('[D03] the proofs of RFC 9449, and what is changed in them, are accepted and refused as the vectors say', (context) => {
  if (!hasVectors(context)) return
  const { cases, jkt } = vectors<DpopVectors>('dpop/rfc9449.json')
  assert.equal(cases.length, 13)
  for (const each of cases) {
    const { proof, request, accessToken, cnfJkt, now, id } = each
    const verify = () =>
      verifyDpopProof(proof, {
        method: request.method,
        uri: request.url,
        now,
        ...(accessToken === undefined ? {} : { accessToken }),
        ...(cnfJkt === undefined ? {} : { keyThumbprint: cnfJkt }),
      })
    if (accepted(each)) assert.equal(verify().keyThumbprint, jkt, id)
    else assert.throws(verify, AuthError, id)
    if (each.ath !== undefined) assert.equal(sha256Base64url(accessToken ?? ''), each.ath)
  }
})

test('the thumbprint of RFC 9449’s key, and of RFC 8705’s certificate and its key', (context) => {
  if (!hasVectors(context)) return
  const { jwk, jkt } = vectors<DpopVectors>('dpop/rfc9449.json')
  assert.equal(thumbprint(publicJwk({ ...jwk, kid: 'k' })), jkt)
  const mtls = vectors<{ readonly certificatePem: string; readonly 'x5t#S256': string }>('mtls/rfc8705.json')
  assert.equal(sha256Base64url(new X509Certificate(mtls.certificatePem).raw), mtls['x5t#S256'])
})
