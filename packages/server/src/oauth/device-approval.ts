import type Provider from 'oidc-provider'
import { grantIdOf } from './grant-id.ts'
import type { BrowserSession } from './oauth-call.ts'
import type { OAuthClient } from './oauth-client.ts'
import { oidcScopes } from './endpoint.ts'

/** A device that waits for somebody to allow it what it has asked for (RFC 8628). */
export interface WaitingDevice {
  readonly client: string
  /** What it has asked for, as far as its client may. */
  readonly scopes: readonly string[]
  readonly resource: string
}

type DeviceCode = NonNullable<Awaited<ReturnType<Provider['DeviceCode']['findByUserCode']>>>

/** As people type it: in any case, with or without what stands between. */
const normalized = (userCode: string): string => userCode.toUpperCase().replace(/[^A-Z]/g, '')

async function find(provider: Provider, userCode: string): Promise<DeviceCode | undefined> {
  const code = await provider.DeviceCode.findByUserCode(normalized(userCode))
  const isOpen = code?.accountId === undefined && code?.error === undefined && code?.consumed === undefined
  return isOpen ? code : undefined
}

function waiting(code: DeviceCode, client: OAuthClient, audience: string): WaitingDevice {
  const { scope, resource } = code.params ?? {}
  const asked = typeof scope === 'string' ? scope.split(' ') : []
  const allowed = new Set([...oidcScopes, ...client.scopes])
  return {
    client: client.id,
    scopes: asked.filter((scope) => allowed.has(scope)),
    resource: typeof resource === 'string' ? resource : audience,
  }
}

interface Lookup {
  readonly provider: Provider
  readonly userCode: string
  readonly audience: string
  readonly clientOf: (id: string) => Promise<OAuthClient | undefined>
}

async function found({ provider, userCode, audience, clientOf }: Lookup) {
  const code = await find(provider, userCode)
  const client = code?.clientId === undefined ? undefined : await clientOf(code.clientId)
  if (code === undefined || client === undefined || client.disabledAt !== undefined) return undefined
  return { code, client, device: waiting(code, client, audience) }
}

/** @returns undefined for a code that nobody was given, that has expired, or was decided. */
export async function findDevice(lookup: Lookup): Promise<WaitingDevice | undefined> {
  return (await found(lookup))?.device
}

/**
 * Notes what the person has decided. Of two decisions on one code the first counts.
 *
 * @returns false when there is nothing to decide any more.
 */
export async function decideDevice(lookup: Lookup, isAllowed: boolean, session: BrowserSession): Promise<boolean> {
  const known = await found(lookup)
  if (known === undefined) return false
  const { code, client, device } = known
  if (!isAllowed) {
    Object.assign(code, { error: 'access_denied', errorDescription: 'the person has not allowed it' })
    await code.save()
    return true
  }
  const grantId = await grantTo(lookup.provider, device, session.user)
  const { id: sessionUid, user: accountId, authenticatedAt: authTime, amr, acr } = session
  const { resource } = device
  // As the library names it to clients that are told of its end.
  const sid = client.backchannelLogoutUri === undefined ? {} : { sid: sessionUid }
  Object.assign(code, { accountId, authTime, amr: [...amr], acr, grantId, scope: device.scopes.join(' '), sessionUid, resource, ...sid })
  await code.save()
  return true
}

async function grantTo(provider: Provider, { client: clientId, scopes, resource }: WaitingDevice, accountId: string): Promise<string> {
  const id = grantIdOf(accountId, clientId)
  const grant = (await provider.Grant.find(id)) ?? new provider.Grant({ accountId, clientId })
  grant.jti = id
  const known = scopes.filter((scope) => oidcScopes.includes(scope))
  if (known.length > 0) grant.addOIDCScope(known.join(' '))
  const ofResource = scopes.filter((scope) => scope !== 'offline_access')
  if (ofResource.length > 0) grant.addResourceScope(resource, ofResource.join(' '))
  return grant.save()
}
