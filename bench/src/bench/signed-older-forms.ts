import type { Candidate } from '../harness/interleave.ts'
import { candidate } from '../peer/candidate.ts'
import { digestAndMac } from '../peer/digest-and-mac.ts'
import { aws4, hawk } from '../peer/sigv4-and-hawk.ts'
import { authority, keyId, newRequest, POOL, type WireRequest } from '../subject/signed-request.ts'
import { hawkRequest, secret, sigV4Request, verifyHawk, verifySigV4 } from '../subject/sigv4-request.ts'

/** What a MAC is made over: a string to sign in SigV4, a normalized text in Hawk. */
const MAC_INPUT_BYTES = 150

const requests = (bodyBytes: number): readonly WireRequest[] => Array.from({ length: POOL }, () => newRequest(bodyBytes))

function floor(bodyBytes: number): Candidate {
  const inputs = requests(bodyBytes).map(({ body }) => ({ body, base: Buffer.alloc(MAC_INPUT_BYTES, 'x') }))
  const compute = digestAndMac(Buffer.from(secret))
  return candidate('node:crypto one SHA-256 of the body, one HMAC', inputs, { kind: 'sync', call: ({ body, base }) => compute(body, base) })
}

export async function verifyingSigV4(bodyBytes: number): Promise<readonly Candidate[]> {
  const peer = await aws4()
  const pool = await Promise.all(requests(bodyBytes).map(sigV4Request))
  const texts = pool.map(({ method, target, body }) => ({ method, target, body: Buffer.from(body).toString() }))
  const credentials = { accessKeyId: keyId, secretAccessKey: secret }
  return [
    floor(bodyBytes),
    candidate('countersign', pool, { kind: 'sync', call: verifySigV4 }),
    candidate('aws4', texts, {
      kind: 'sync',
      call({ method, target, body }) {
        const headers = { 'Content-Type': 'application/json', 'X-Amz-Date': '20260101T000000Z' }
        return peer.sign({ method, host: authority, path: target, service: 'api', region: 'local', headers, body }, credentials)
      },
    }),
  ]
}

export async function verifyingHawk(bodyBytes: number): Promise<readonly Candidate[]> {
  const peer = await hawk()
  const pool = await Promise.all(requests(bodyBytes).map(hawkRequest))
  const peerRequests = pool.map(({ method, target, lines, body }) => ({
    request: {
      method,
      url: target,
      host: authority,
      port: 443,
      authorization: lines.at(-1),
      contentType: 'application/json',
    },
    payload: Buffer.from(body).toString(),
  }))
  return [
    floor(bodyBytes),
    candidate('countersign', pool, { kind: 'sync', call: verifyHawk }),
    candidate('hawk', peerRequests, {
      kind: 'async',
      call: ({ request, payload }) =>
        peer.server.authenticate(request, () => ({ key: secret, algorithm: 'sha256' }), { payload, timestampSkewSec: 1e9 }),
    }),
  ]
}
