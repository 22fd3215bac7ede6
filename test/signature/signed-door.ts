import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { AuthError, systemClock } from 'countersign/core'
import { digestText, hmacKey } from 'countersign/crypto'
import { MemoryReplayStore } from 'countersign/replay'
import {
  deriveSigningKey,
  fieldNames,
  fieldValues,
  type RequestMessage,
  readPresignedSigV4,
  readSigV4,
  type SigV4Signature,
  sigV4Realm,
} from 'countersign/signature'

export const keyId = 'CSKTESTTESTTESTTEST1'
export const secret = 'cs_sk_wJalrXUtnFEMI-K7MDENG_bPxRfiCYEXAMPLEKEY'

/** What arrived, byte for byte, and what the door said. */
export interface Visit {
  readonly method: string
  readonly target: string
  readonly rawHeaders: readonly string[]
  readonly body: Buffer
  readonly status: number
  readonly answer: string
}

export interface SignedDoor {
  readonly origin: string
  readonly visits: readonly Visit[]
}

const realm = sigV4Realm({ regions: ['local', 'us-east-1'], services: ['api', 's3', 'execute-api'] })

/** A server of node:http that lets in what is signed with the one key, once, and says `200`; otherwise it says why not. */
export async function openSignedDoor(context: TestContext): Promise<SignedDoor> {
  const replay = new MemoryReplayStore({ clock: systemClock })
  const visits: Visit[] = []
  const server = createServer((incoming, response) => void visit(incoming, response, replay, visits))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  context.after(() => void server.close())
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, visits }
}

async function visit(incoming: IncomingMessage, response: ServerResponse, replay: MemoryReplayStore, visits: Visit[]): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  const body = Buffer.concat(chunks)
  const { method = '', url: target = '', rawHeaders } = incoming
  const { status, answer } = await verdict({ method, target, rawHeaders, body }, replay)
  visits.push({ method, target, rawHeaders, body, status, answer })
  response.writeHead(status).end(answer)
}

type Arrival = Omit<Visit, 'status' | 'answer'>

async function verdict(arrival: Arrival, replay: MemoryReplayStore): Promise<{ readonly status: number; readonly answer: string }> {
  try {
    await enter(arrival, replay)
    return { status: 200, answer: 'ok' }
  } catch (error) {
    if (!(error instanceof AuthError)) throw error
    return { status: 401, answer: `${error.code} ${JSON.stringify(error.detail)}` }
  }
}

async function enter(arrival: Arrival, replay: MemoryReplayStore): Promise<void> {
  const message = messageOf(arrival)
  const signature = readSigV4(message, realm) ?? readPresignedSigV4(message, realm)
  if (signature === undefined) throw new AuthError('credential_missing')
  if (signature.keyId !== keyId || !isSigned(signature, arrival.body)) throw new AuthError('signature_invalid')
  if (signature.body.kind === 'unsigned') throw new AuthError('signature_incomplete')
  if (signature.body.kind === 'digest' && !signature.body.matches(arrival.body)) throw new AuthError('digest_mismatch')
  const expiresAt = (signature.expiresAt ?? signature.signedAt + 120) * 1000
  if (!(await replay.claim(keyId, signature.nonce, expiresAt))) throw new AuthError('signature_invalid', { reason: 'replayed' })
}

function messageOf({ method, target, rawHeaders }: Arrival): RequestMessage {
  const values = fieldValues(rawHeaders)
  const authority = values('host')?.[0] ?? ''
  return { method, target, scheme: 'http', authority, values, names: fieldNames(rawHeaders) }
}

function isSigned(signature: SigV4Signature, body: Buffer): boolean {
  const key = hmacKey(deriveSigningKey(secret, signature.scope))
  return signature.check({ kind: 'secret', key }, digestText('sha-256', body, 'hex'))
}

/** Sends the same bytes again. */
export function sendAgain(door: SignedDoor, { method, target, rawHeaders, body }: Visit): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const again = request(`${door.origin}${target}`, { method, path: target, headers: rawHeaders, setHost: false }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    again.on('error', reject)
    again.end(body)
  })
}
