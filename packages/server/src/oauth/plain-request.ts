import { basicCredentials } from './basic-credentials.ts'
import type { PresentedCertificate } from './oauth-call.ts'
import type { OAuthClient } from './oauth-client.ts'
import type { OAuthClients } from './oauth-clients.ts'

/** What is shown at the token endpoint. */
export interface TokenMessage {
  readonly method: string
  readonly headers: Headers
  readonly body: Uint8Array
  readonly certificate: PresentedCertificate | undefined
}

/** A token request about which nothing has to be asked but whether its secret is right. */
export interface PlainRequest {
  readonly grant: string
  readonly client: string
  /** Undefined for who shows none. */
  readonly secret: string | undefined
  /** What else is asked for, each once, and none empty. */
  readonly parameters: Readonly<Record<string, string>>
}

/** With these the request is about more than a secret: a proof of possession, a page of another origin, a body in a coding, another way to prove it. */
const uncommon: readonly string[] = ['dpop', 'origin', 'content-encoding', 'oauth-client-attestation', 'oauth-client-attestation-pop']
/** Of what we hand out: nothing in it needs decoding. */
const ownText = /^[\w-]{1,128}$/
const FORM = /^application\/x-www-form-urlencoded(?:; ?charset=utf-8)?$/i
const MAXIMUM_BODY = 4096

export const isOwnText = (text: string): boolean => ownText.test(text)

/** @returns undefined for all that is not plain. */
export function plainRequest({ method, headers, body, certificate }: TokenMessage): PlainRequest | undefined {
  if (method !== 'POST' || certificate !== undefined || body.length > MAXIMUM_BODY) return undefined
  if (!FORM.test(headers.get('content-type') ?? '') || uncommon.some((name) => headers.has(name))) return undefined
  const form = formOf(body)
  if (form === undefined) return undefined
  const { grant_type: grant = '', client_id: postedId, client_secret: postedSecret, ...parameters } = Object.fromEntries(form)
  const header = headers.get('authorization')
  const { id = '', secret } = header === null ? { id: postedId, secret: postedSecret } : (basicCredentials(header) ?? {})
  // Who shows a secret in both places is refused, and who is named in both is named alike.
  if (header !== null && (postedSecret !== undefined || (postedId !== undefined && postedId !== id))) return undefined
  if (!isOwnText(id) || (secret !== undefined && !isOwnText(secret))) return undefined
  return { grant, client: id, secret, parameters }
}

/** Whether it has proved to be the client, whose tokens are then bound to nothing: by its secret, or by nothing where it cannot keep one. */
export function isPlainClient(client: OAuthClient, { secret }: PlainRequest, clients: OAuthClients): boolean {
  const { kind, jwks, tlsAuth, requiresDpop, requiresCertificate, disabledAt } = client
  if (jwks !== undefined || tlsAuth !== undefined || requiresDpop || requiresCertificate || disabledAt !== undefined) return false
  if (kind !== 'confidential') return secret === undefined
  return secret !== undefined && clients.hasSecret(client, secret)
}

/** @returns undefined for what is no form, or has a parameter twice or without a value. */
function formOf(body: Uint8Array): ReadonlyMap<string, string> | undefined {
  const form = new Map<string, string>()
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8')
  // `URLSearchParams` would leave it out.
  if (text.startsWith('?')) return undefined
  for (const [name, value] of new URLSearchParams(text)) {
    if (value === '' || form.has(name)) return undefined
    form.set(name, value)
  }
  return form
}
