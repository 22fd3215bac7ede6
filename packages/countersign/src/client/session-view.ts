import type { Cancel } from '../core/platform.ts'
import type { RefusalCode } from '../core/refusal.ts'
import type { SessionClient } from './session-client.ts'
import type { SessionDescription, SessionUser } from './stored-session.ts'

/** What a page shows of its session at this moment. The same object until something has changed. */
export type SessionView =
  /** Nobody has looked yet, or the server could not be asked. */
  | { readonly state: 'unknown' }
  | { readonly state: 'signed-in'; readonly session: SessionDescription; readonly user: SessionUser }
  /** `reason` is the server's refusal when the session ended without `signOut`. */
  | { readonly state: 'signed-out'; readonly reason?: RefusalCode }

/** The session for whatever draws it: what React calls an external store, and Svelte nearly a store. */
export interface SessionViews {
  /** Called after each change. The first one to subscribe makes the client look whether somebody is signed in. */
  readonly subscribe: (listener: () => void) => Cancel
  readonly getSnapshot: () => SessionView
}

/** The view of a client's session, kept up to date by its changes. */
export function sessionViews(client: SessionClient): SessionViews {
  const listeners = new Set<() => void>()
  let view: SessionView = { state: 'unknown' }
  let hasLooked = false
  const show = (next: SessionView): void => {
    view = next
    for (const listener of listeners) listener()
  }
  client.onChange((change) => {
    hasLooked = true
    show(change.state === 'signed-out' ? change : { state: 'signed-in', session: change.session, user: change.user })
  })
  const look = async (): Promise<void> => {
    const session = await client.session()
    const user = await client.user()
    // What a change has said meanwhile is newer.
    if (view.state === 'unknown') show(session && user ? { state: 'signed-in', session, user } : { state: 'signed-out' })
  }
  return {
    subscribe(listener) {
      listeners.add(listener)
      if (!hasLooked) {
        hasLooked = true
        // Without an answer it stays unknown, and the next to subscribe asks again.
        look().catch(() => {
          hasLooked = false
        })
      }
      return () => void listeners.delete(listener)
    },
    getSnapshot: () => view,
  }
}

/** `useSyncExternalStore` of React, 18 or newer. */
export type UseSyncExternalStore = <T>(subscribe: SessionViews['subscribe'], snapshot: () => T, serverSnapshot: () => T) => T

/**
 * A React hook that gives the session and draws anew when it changes, in whichever tab.
 *
 * @param useSyncExternalStore That of your React: this library brings none.
 */
export function sessionHook(client: SessionClient, useSyncExternalStore: UseSyncExternalStore): () => SessionView {
  const { subscribe, getSnapshot } = sessionViews(client)
  return () => useSyncExternalStore(subscribe, getSnapshot, getSnapshot)
}
