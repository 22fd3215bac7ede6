import type { Platform } from 'countersign/core'
import type { Logger } from 'pino'
import type { PasswordHasher } from '../account/index.ts'
import { Leases } from '../account/lease/index.ts'
import type { Store } from '../store/index.ts'

interface Ground {
  readonly hasher: PasswordHasher
  readonly platform: Platform
  readonly log: Logger
}

/** Test users, lent for a while. */
export function composeLeases({ leases: store }: Store, { hasher, platform, log }: Ground): Leases {
  return new Leases({
    store,
    hash: (password) => hasher.hash(password),
    platform,
    onEvent: ({ type, lease: { id, pool, user, endsAt }, by = 'local', address }) =>
      log.info({ event: type, lease: id, pool, user, endsAt, by, address }, 'lease'),
  })
}
