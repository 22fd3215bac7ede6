import type { EpochMs } from 'countersign/core'
import type { User } from '../../account/user.ts'
import type { CallerKey } from '../../credential/caller-key.ts'
import type { ServiceCredential } from '../../credential/service-credential-store.ts'
import type { Session } from '../../session/session.ts'
import type { Rotation } from '../../session/session-store.ts'
import type { KeyPurpose, KeyState, StoredKey } from '../../signing/key-store.ts'
import type { Store } from '../store.ts'

/** The moment at which the clock of a store under contract stands. */
export const NOW: EpochMs = 1_800_000_000_000
/** The `cutoffLifeMs` of a store under contract. */
export const CUTOFF_LIFE_MS = 305_000

const HOUR_MS = 3_600_000

export const userRecord = (id: string, change: Partial<User> = {}): User => ({
  id,
  email: `${id}@example.test`,
  emailVerifiedAt: undefined,
  name: undefined,
  status: 'active',
  roles: [],
  groups: [],
  createdAt: NOW,
  updatedAt: NOW,
  ...change,
})

export const sessionRecord = (id: string, user: string, change: Partial<Session> = {}): Session => ({
  id,
  user,
  client: 'web',
  device: { name: 'laptop', userAgent: undefined, address: '192.0.2.1' },
  createdAt: NOW,
  authenticatedAt: NOW,
  amr: ['pwd'],
  generation: 1,
  rotatedAt: NOW,
  rotatedBy: undefined,
  salt: 'c2FsdC1zYWx0LXNhbHQtcw',
  keyId: 'refresh-key-1',
  expiresAt: NOW + 24 * HOUR_MS,
  idleExpiresAt: NOW + HOUR_MS,
  dpopKey: undefined,
  ...change,
})

export const rotationOf = (session: Session, change: Partial<Rotation> = {}): Rotation => ({
  id: session.id,
  fromGeneration: session.generation,
  keyId: 'refresh-key-2',
  rotatedBy: 'hash-of-idempotency-key',
  idleExpiresAt: NOW + 2 * HOUR_MS,
  at: NOW + 1,
  ...change,
})

export const keyRecord = (kid: string, state: KeyState, purpose: KeyPurpose = 'access-token'): StoredKey => ({
  kid,
  purpose,
  algorithm: 'ES256',
  publicJwk: { kty: 'EC', crv: 'P-256', x: 'eA', y: 'eQ', kid, alg: 'ES256', use: 'sig' },
  sealed: new Uint8Array([1, 2, 3, 250]),
  state,
  createdAt: NOW,
  activatedAt: state === 'current' ? NOW : undefined,
  verifyUntil: undefined,
})

export const credentialRecord = (id: string, createdAt: EpochMs = NOW): ServiceCredential => ({
  id,
  name: `service ${id}`,
  secretHash: `hash of ${id}`,
  createdAt,
})

export const callerKeyRecord = (id: string, change: Partial<CallerKey> = {}): CallerKey => ({
  id,
  kind: 'hmac',
  owner: { kind: 'user', id: 'usr_a' },
  settings: { name: `key ${id}`, scope: ['orders:read'], roles: undefined, addresses: [], windowSeconds: 120 },
  material: `sealed ${id}`,
  session: undefined,
  parent: undefined,
  successor: undefined,
  createdAt: NOW,
  expiresAt: undefined,
  ...change,
})

/** A user and a session of theirs, both stored. */
export async function signedIn(store: Store, session: Session): Promise<Session> {
  if ((await store.users.find(session.user)) === undefined) await store.users.create(userRecord(session.user), 'phc-1')
  await store.sessions.open({ session, passwordGeneration: 1, single: false })
  return session
}
