import { rootPath } from '../api/base.ts'
import { signInAddress } from '../api/network.ts'
import type { Cancel } from './clock.ts'

const CHANNEL = 'countersign-console-confirmed'

/** Where a new tab leads that only confirms who somebody is. */
export const CONFIRMED = '/console/confirmed'

/** The sign-in, for another tab: what was typed here stays. @param again Of whoever is signed in. */
export const confirmationAddress = (again = true): string => signInAddress({ pathname: rootPath() + CONFIRMED, search: '' }, again)

/** Tells the other tabs that somebody has shown who they are. */
export function announceConfirmation(): void {
  const channel = new BroadcastChannel(CHANNEL)
  channel.postMessage(true)
  channel.close()
}

export function onConfirmation(listener: () => void): Cancel {
  const channel = new BroadcastChannel(CHANNEL)
  channel.addEventListener('message', () => listener())
  return () => channel.close()
}
