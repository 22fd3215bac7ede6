import type { JSX } from 'react'
import type { ListedSession } from '../api/session.ts'
import { session as words } from '../message/en/session.ts'
import { deviceTitle } from './device.ts'

const SHOWN = 8

/** What ends, and for whom. */
export function EndingEffect({ sessions }: { readonly sessions: readonly ListedSession[] }): JSX.Element {
  const people = new Set(sessions.map(({ user }) => user)).size
  return (
    <>
      <p>{words.endEffect(sessions.length, people)}</p>
      <ul>
        {sessions.slice(0, SHOWN).map(({ id, email, device }) => (
          <li key={id}>{words.deviceOf(deviceTitle(device), email)}</li>
        ))}
        {sessions.length > SHOWN ? <li>{words.andMore(sessions.length - SHOWN)}</li> : null}
      </ul>
      {sessions.some(({ current }) => current) ? (
        <p>
          <strong>{words.endsOwn}</strong>
        </p>
      ) : null}
    </>
  )
}
