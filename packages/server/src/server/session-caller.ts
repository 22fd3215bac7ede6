import type { Principal } from 'countersign/core'
import { isAccessKeyId, isSessionKey } from '../credential/index.ts'
import type { Services } from './services.ts'

/**
 * Whether a session calls for itself: with its token, or by a request that is signed with the key that was agreed on when it began. No
 * other key ever does, and nothing that was exchanged for one: what is stolen for a while must not open what lasts.
 */
export async function isSessionItself({ session, client, methods, actor }: Principal, { keyRecords }: Services): Promise<boolean> {
  // A service that acts for somebody is not that somebody.
  if (actor !== undefined) return false
  if (session === undefined || !isAccessKeyId(client)) return session !== undefined
  if (!methods.includes('signature')) return false
  const living = await keyRecords.living(client)
  return living !== undefined && isSessionKey(living.key)
}
