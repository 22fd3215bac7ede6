import { send } from './request.ts'

export interface SigningKey {
  readonly kid: string
  readonly purpose: string
  readonly algorithm: string
  readonly state: string
  readonly created_at: string
  readonly activated_at: string | null
  readonly verify_until: string | null
}

const PATH = '/v1/signing-keys'

export async function listSigningKeys(signal: AbortSignal): Promise<readonly SigningKey[]> {
  return (await send<{ keys: readonly SigningKey[] }>('GET', PATH, { signal })).keys
}

export const rotateSigningKeys = (purpose: string): Promise<unknown> => send<unknown>('POST', `${PATH}/rotate`, { body: { purpose } })

export const revokeSigningKey = (kid: string): Promise<void> => send<void>('DELETE', `${PATH}/${encodeURIComponent(kid)}`)

/** What the revocation of a key would end, as the server counts it. */
export interface KeyRevocationPreview {
  readonly sessions: number
  readonly people: number
  /** Sessions that go on with new tokens; null where only the tokens say whom it covers. */
  readonly sessions_renewed: number | null
  /** In milliseconds since 1970. */
  readonly access_tokens_until: number
  readonly at_least: boolean
}

/** Changes nothing. */
export const previewKeyRevocation = (kid: string, signal: AbortSignal): Promise<KeyRevocationPreview> =>
  send<KeyRevocationPreview>('POST', '/v1/revocations/preview', { body: { target: { kind: 'key', id: kid } }, signal })
