import { AuthError } from 'countersign/core'
import type { Services } from './services.ts'

/** @throws {AuthError} `not_found`, also for what is another's. */
export async function endOwnGrant(user: string, id: string, { store, platform }: Pick<Services, 'store' | 'platform'>): Promise<void> {
  const grant = await store.oauth.findGrant(id)
  const isEnded = grant?.user === user && (await store.oauth.endGrant(id, false, platform.clock.now()))
  if (!isEnded) throw new AuthError('not_found', { grant: id })
}
