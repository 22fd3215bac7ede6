import type { CallerKey } from '../api/caller-key.ts'

/** What a key is good for at the moment: of several reasons against it the one that lasts longest. */
export type KeyState = 'usable' | 'replaced' | 'off' | 'ended' | 'other'

type Facts = Pick<CallerKey, 'status' | 'successor' | 'expires_at'>

export const keyStates: readonly KeyState[] = ['usable', 'replaced', 'off', 'ended', 'other']

/** @param now Milliseconds since 1970. `replaced` still works, until its end. `other`: a status that this console does not know. */
export function stateOf({ status, successor, expires_at }: Facts, now: number): KeyState {
  if (expires_at !== null && Date.parse(expires_at) <= now) return 'ended'
  if (status === 'disabled') return 'off'
  if (status !== 'active') return 'other'
  return successor === null ? 'usable' : 'replaced'
}

export type OwnerKind = 'user' | 'service'

export interface KeyOwner {
  readonly kind: OwnerKind
  readonly id: string
}

/** @returns undefined for an owner of a kind that this console does not know. */
export function ownerOf({ user, service }: Pick<CallerKey, 'user' | 'service'>): KeyOwner | undefined {
  if (user !== null) return { kind: 'user', id: user }
  return service === null ? undefined : { kind: 'service', id: service }
}
