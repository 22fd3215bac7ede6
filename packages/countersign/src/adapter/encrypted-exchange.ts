import { AuthError, problemOf, refusals } from '../core/index.ts'
import { type BodyEncryption, ENCRYPTED_TYPE, type EncryptionPublicJwk, type OpenedBody, REPLY_KEY_HEADER } from '../token/index.ts'
import type { ArrivedRequest } from '../verifier/index.ts'

export interface EncryptedBodiesOptions {
  /** Refuses bodies in the clear, and requests that name no key for their answer. Default `true`. */
  readonly required?: boolean
}

/** What a request brought: a body to put in place of the encrypted one, a key to encrypt the answer to. */
export interface OpenedExchange {
  readonly opened: Omit<OpenedBody, 'replyKey'> | undefined
  /** Encrypts an answer; undefined where it goes out in the clear. */
  readonly seal: Seal | undefined
}

export type Seal = (body: Uint8Array, contentType: string) => Promise<string>

const NOTHING = new Uint8Array(0)

/** @throws {AuthError} `encryption_required`, `encryption_invalid`, `content_too_large`, `request_invalid`. */
export async function openExchange(
  encryption: BodyEncryption,
  arrival: Pick<ArrivedRequest, 'values' | 'body'>,
  { required = true }: EncryptedBodiesOptions,
): Promise<OpenedExchange> {
  const body = await arrival.body(encryption.limitBytes)
  const isEncrypted = typeOf(arrival) === ENCRYPTED_TYPE
  if (body.byteLength > 0 && !isEncrypted && required) throw new AuthError('encryption_required', { part: 'body' })
  const opened = body.byteLength > 0 && isEncrypted ? await encryption.open(body) : undefined
  const replyKey = replyKeyOf(encryption, arrival, opened)
  if (replyKey === undefined) {
    if (required) throw new AuthError('encryption_required', { part: 'reply_key' })
    return { opened, seal: undefined }
  }
  await requireUsable(encryption, replyKey)
  return { opened, seal: (answer, contentType) => encryption.seal(replyKey, answer, { contentType }) }
}

function typeOf({ values }: Pick<ArrivedRequest, 'values'>): string | undefined {
  const types = values('content-type')
  return types?.length === 1 ? types[0]?.split(';', 1)[0]?.trim().toLowerCase() : undefined
}

/** Beside an encrypted body the header has no say: anybody on the way could have written it. */
function replyKeyOf(
  encryption: BodyEncryption,
  { values }: Pick<ArrivedRequest, 'values'>,
  opened: OpenedBody | undefined,
): EncryptionPublicJwk | undefined {
  const headers = values(REPLY_KEY_HEADER)
  if (headers === undefined) return opened?.replyKey
  if (opened !== undefined || headers.length > 1) throw new AuthError('encryption_invalid', { part: REPLY_KEY_HEADER })
  return encryption.replyKey(headers[0] ?? '')
}

/** Not every point on a curve agrees on a key; found out before anything is done for the request. */
async function requireUsable(encryption: BodyEncryption, key: EncryptionPublicJwk): Promise<void> {
  try {
    await encryption.seal(key, NOTHING, { contentType: 'application/octet-stream' })
  } catch (cause) {
    throw new AuthError('encryption_invalid', { part: 'reply_key' }, { cause })
  }
}

/** A refusal before there is anybody to encrypt it to. @throws what is no refusal. */
export function encryptionRefusal(thrown: unknown): {
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: string
} {
  if (!(thrown instanceof AuthError)) throw thrown
  const body = JSON.stringify(problemOf(thrown))
  return {
    status: refusals[thrown.code].status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
    body,
  }
}

/** Answers that have no body, by their status. */
export const isBodiless = (status: number): boolean => status < 200 || status === 204 || status === 205 || status === 304
