import { randomBytes, randomUUID } from 'node:crypto'
import { ManualClock, toEpochSeconds } from 'countersign/core'
import { hmacKey } from 'countersign/crypto'
import { MemoryReplayStore } from 'countersign/replay'
import {
  contentDigest,
  fieldNames,
  fieldValues,
  messageSigningKey,
  type RequestMessage,
  readRequestSignature,
  requestSignaturePolicy,
  SignatureTemplate,
  secretSignatureKey,
  signDraft,
} from 'countersign/signature'

/** A request as node:http has it: the lines of its header section, and the bytes of its body. */
export interface WireRequest {
  readonly method: string
  readonly target: string
  readonly lines: readonly string[]
  readonly body: Uint8Array
}

export const authority = 'api.example.com'
export const keyId = 'CSKEXAMPLE0000000000'
export const secret: Buffer = randomBytes(32)

export const cover: readonly string[] = ['@method', '@target-uri', 'content-digest']
const START_MS = Date.UTC(2026, 0, 1)
const WINDOW_SECONDS = 2
/** As many signed requests in a millisecond as a busy process sees. */
const CALLS_PER_MS = 32

/** A POST with the header that a client sends besides. */
export function newRequest(bodyBytes: number): WireRequest {
  const body = Buffer.from(JSON.stringify({ order: randomUUID(), note: 'x'.repeat(bodyBytes) }).slice(0, bodyBytes))
  const lines = [
    ...[
      'host',
      authority,
      'user-agent',
      'bench/1',
      'accept',
      'application/json',
      'accept-encoding',
      'gzip, br',
      'connection',
      'keep-alive',
    ],
    ...['content-type', 'application/json', 'content-length', String(body.length)],
  ]
  return { method: 'POST', target: `/v1/orders/${randomUUID()}?notify=true`, lines, body }
}

export function messageOf({ method, target, lines }: WireRequest): RequestMessage {
  return { method, target, scheme: 'https', authority, values: fieldValues(lines), names: fieldNames(lines) }
}

const template = new SignatureTemplate({ keyId, cover })
const signingKey = messageSigningKey('hmac-sha256', hmacKey(secret))

/** Signing from the body to the two fields: digest, base, MAC. */
export function signRequest(request: WireRequest, nonce: string, created: number): readonly string[] {
  const lines = [...request.lines, 'content-digest', contentDigest(request.body)]
  const fields = signDraft(template.draft(messageOf({ ...request, lines }), { created, nonce }), signingKey)
  lines.push('signature-input', fields['signature-input'], 'signature', fields.signature)
  return lines
}

/** As the request arrives elsewhere: every text made from bytes. */
export function sent(request: WireRequest, lines: readonly string[]): WireRequest {
  const received = (text: string): string => Buffer.from(text).toString('latin1')
  return { ...request, method: received(request.method), target: received(request.target), lines: lines.map(received) }
}

export const signedAt: number = toEpochSeconds(START_MS)

export const newNonce = (): string => randomBytes(16).toString('base64url')

/** The text that is signed, for the floor: an HMAC over the same bytes. */
export function baseOf(request: WireRequest): Uint8Array {
  const lines = [...request.lines, 'content-digest', contentDigest(request.body)]
  return Buffer.from(template.draft(messageOf({ ...request, lines }), { created: signedAt, nonce: newNonce() }).base)
}

/**
 * All that a verifier does for an RFC 9421 request: reads it, holds the time against the window, checks signature and body, claims the
 * nonce. The clock moves with the calls, so that claims expire as they do in a service: 64 000 are live.
 */
export function verifier(): (request: WireRequest) => void {
  const clock = new ManualClock(START_MS)
  const replay = new MemoryReplayStore({ clock })
  const policy = requestSignaturePolicy({ requireNonce: true })
  const key = secretSignatureKey(hmacKey(secret))
  let calls = 0
  let lastLap = -1
  let scope = keyId
  return (request) => {
    const signature = readRequestSignature(messageOf(request), policy)
    if (signature?.signedAt === undefined || Math.abs(signature.signedAt - signedAt) > WINDOW_SECONDS) throw new Error('not in its window')
    if (signature.keyId !== keyId || !signature.check(key)) throw new Error('a good signature was refused')
    if (signature.body.kind !== 'digest' || !signature.body.matches(request.body)) throw new Error('a good body was refused')
    // The pool comes round: each lap is a key of its own, so that every claim is a first one.
    const lap = Math.floor(calls++ / POOL)
    if (lap !== lastLap) {
      lastLap = lap
      scope = `${keyId}/${lap}`
      clock.advance(POOL / CALLS_PER_MS)
    }
    if (!replay.claimNow(scope, signature.nonce, clock.now() + WINDOW_SECONDS * 1000)) throw new Error('a first claim was refused')
  }
}

export const POOL = 256
