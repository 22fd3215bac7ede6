import type { KeyRevocationPreview, SigningKey } from '../api/signing-key.ts'
import { keyAction, signingKeys } from '../message/en/signing-key.ts'

export type Tone = 'plain' | 'accent' | 'warning' | 'danger' | 'live'

const tones: Readonly<Record<string, Tone>> = { current: 'live', next: 'accent', previous: 'plain', revoked: 'danger' }
const stateOrder: readonly string[] = ['current', 'next', 'previous', 'revoked']

export const stateTone = (state: string): Tone => tones[state] ?? 'plain'
/** What is not known here is shown as the server says it. */
export const stateName = (state: string): string => signingKeys.states[state] ?? state
export const purposeName = (purpose: string): string => signingKeys.purposes[purpose] ?? purpose

const rank = (state: string): number => (stateOrder.includes(state) ? stateOrder.indexOf(state) : stateOrder.length)

/** What signs stands first, what is over last; each purpose by itself, the newest of a state in front. */
export const ringOrder = (keys: readonly SigningKey[]): readonly SigningKey[] =>
  [...keys].sort(
    (a, b) => a.purpose.localeCompare(b.purpose) || rank(a.state) - rank(b.state) || Date.parse(b.created_at) - Date.parse(a.created_at),
  )

export const purposesOf = (keys: readonly SigningKey[]): readonly string[] => [...new Set(keys.map(({ purpose }) => purpose))].sort()

const shortKid = (kid: string): string => (kid.length > 12 ? `${kid.slice(0, 6)}…${kid.slice(-4)}` : kid)

/** Which key hands over to which. */
export function rotateEffect(keys: readonly SigningKey[], purpose: string): string {
  const inState = (state: string): string | undefined => keys.find((key) => key.purpose === purpose && key.state === state)?.kid
  const [current, next] = [inState('current'), inState('next')]
  return current === undefined || next === undefined ? keyAction.rotateUnknown : keyAction.rotateEffect(shortKid(current), shortKid(next))
}

/** What ends with a key depends on what it has signed. */
export const revokeEffect = ({ purpose, state }: SigningKey): string => keyAction.revokeEffects[purpose]?.[state] ?? keyAction.revokeOther

/** What the server has counted, as sentences. */
export function previewText({ sessions, people, sessions_renewed, at_least }: KeyRevocationPreview): string {
  const renewed = sessions_renewed === null ? [] : [keyAction.revokeRenews(sessions_renewed)]
  return [keyAction.revokeCounts(sessions, people), ...renewed, ...(at_least ? [keyAction.atLeast] : [])].join(' ')
}
