import type { Bench, Settings, Table } from '../bench.ts'
import { type Candidate, interleave } from '../harness/interleave.ts'
import { candidate } from '../peer/candidate.ts'
import { digestAndMac } from '../peer/digest-and-mac.ts'
import { httpMessageSignatures, type PeerRequest } from '../peer/http-message-signatures.ts'
import {
  authority,
  baseOf,
  cover,
  keyId,
  newNonce,
  newRequest,
  POOL,
  secret,
  sent,
  signedAt,
  signRequest,
  verifier,
  type WireRequest,
} from '../subject/signed-request.ts'
import { algorithmTable, libraryRows } from './algorithm-table.ts'
import { verifyingHawk, verifyingSigV4 } from './signed-older-forms.ts'

const BODY_BYTES = 1024

const pool = (): readonly WireRequest[] => Array.from({ length: POOL }, () => newRequest(BODY_BYTES))

const signed = (request: WireRequest): WireRequest => sent(request, signRequest(request, newNonce(), signedAt))

/** The floor: what no way of signing or verifying these requests can save. */
function floor(): Candidate {
  const inputs = pool().map((request) => ({ body: request.body, base: baseOf(request) }))
  const compute = digestAndMac(secret)
  return candidate('node:crypto one SHA-256 of the body, one HMAC', inputs, { kind: 'sync', call: ({ body, base }) => compute(body, base) })
}

function peerRequest({ method, target, lines }: WireRequest): PeerRequest {
  const headers: Record<string, string> = {}
  for (let index = 0; index < lines.length; index += 2) headers[lines[index] as string] = lines[index + 1] as string
  return { method, url: `https://${authority}${target}`, headers }
}

async function verifying(): Promise<readonly Candidate[]> {
  const requests = pool().map(signed)
  const { httpbis, createVerifier } = await httpMessageSignatures()
  const key = { id: keyId, algs: ['hmac-sha256'], verify: createVerifier(secret, 'hmac-sha256') }
  const config = { keyLookup: async () => key, requiredParams: ['created', 'nonce'], requiredFields: cover }
  return [
    floor(),
    candidate('countersign', requests, { kind: 'sync', call: verifier() }),
    candidate('http-message-signatures', requests.map(peerRequest), {
      kind: 'async',
      async call(request) {
        if ((await httpbis.verifyMessage(config, request)) !== true) throw new Error('http-message-signatures refused a valid signature')
      },
    }),
  ]
}

async function signing(): Promise<readonly Candidate[]> {
  const requests = pool().map((request) => ({ request, nonce: newNonce() }))
  const { httpbis, createSigner } = await httpMessageSignatures()
  const key = createSigner(secret, 'hmac-sha256', keyId)
  const peerRequests = requests.map(({ request }) => peerRequest(signed(request)))
  return [
    floor(),
    candidate('countersign', requests, { kind: 'sync', call: ({ request, nonce }) => signRequest(request, nonce, signedAt) }),
    candidate('http-message-signatures', peerRequests, {
      kind: 'async',
      call: (request) =>
        httpbis.signMessage({ key, fields: cover, params: ['created', 'nonce', 'keyid'], paramValues: { nonce: 'n' } }, request),
    }),
  ]
}

const parts: readonly { readonly title: string; readonly candidates: () => Promise<readonly Candidate[]> }[] = [
  { title: 'RFC 9421 hmac-sha256: verify', candidates: verifying },
  { title: 'RFC 9421 hmac-sha256: sign', candidates: signing },
  { title: 'SigV4: verify', candidates: () => verifyingSigV4(BODY_BYTES) },
  { title: 'Hawk: verify', candidates: () => verifyingHawk(BODY_BYTES) },
]

async function measure(title: string, candidates: readonly Candidate[], settings: Settings): Promise<Table> {
  settings.log(`signed ${title} …`)
  const pace = settings.quick ? { rounds: 5, roundMs: 20 } : { rounds: 21, roundMs: 60 }
  return algorithmTable(title, libraryRows(await interleave(candidates, pace)))
}

export const signedRequests: Bench = {
  title: 'one signed POST of 1 KiB, verified or signed',
  async run(settings) {
    const tables: Table[] = []
    for (const { title, candidates } of parts) {
      if (settings.only === undefined || title.includes(settings.only)) tables.push(await measure(title, await candidates(), settings))
    }
    return {
      tables,
      notes: [
        'node:crypto digests the body and makes an HMAC over the same bytes that are signed, both lying ready. "of quickest" compares with that.',
        'countersign verifies from the lines of the header section on: reads them, holds the time against the window, checks the signature, compares the digest of the body, claims the nonce in memory. Signing digests the body, signs, and gives all lines.',
        'SigV4 and Hawk: from the lines of the header section to the compared digest, without a claim. aws4 can only sign: it signs again, and keeps the derived key.',
        'http-message-signatures does not look at the body, and remembers no nonce.',
      ],
    }
  },
}
