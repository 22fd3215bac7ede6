import type { JSX } from 'react'
import { Badge } from '../kit/index.ts'
import { serviceText } from '../message/en/service.ts'

const titles: Readonly<Record<string, string>> = serviceText.states
const tones: Readonly<Record<string, 'live' | 'warning' | 'danger' | 'plain'>> = {
  fresh: 'live',
  grace: 'warning',
  stale: 'danger',
  silent: 'plain',
}

export const stateTitle = (state: string): string => titles[state] ?? state

export const VerifierState = ({ state }: { readonly state: string }): JSX.Element => (
  <Badge tone={tones[state] ?? 'plain'}>{stateTitle(state)}</Badge>
)
