import type { JSX } from 'react'
import { type Loaded, useList } from '../api/query.ts'
import { type Preview, previewRevocation } from '../api/revocation.ts'
import { ProblemNotice } from '../kit/index.ts'
import { clientAction as text } from '../message/en/client.ts'

const LIVE_MS = 2000

/** What would end with a client, as the server counts it now. */
export const useHeld = (id: string): Loaded<Preview> =>
  useList(['client', id, 'held'], (signal) => previewRevocation({ target: { kind: 'client', id }, mode: 'hard' }, signal), {
    liveMs: LIVE_MS,
  })

interface ClientEffectProps {
  readonly id: string
  /** What else there is to say. */
  readonly children: string
}

/** What ends, by number, before it does. */
export function ClientEffect({ id, children }: ClientEffectProps): JSX.Element {
  const { data, error } = useHeld(id)
  return (
    <div className="stack">
      {data === undefined && error === undefined ? <p className="soft">{text.counting}</p> : null}
      {data === undefined ? null : <Ending preview={data} />}
      <p>{children}</p>
      <ProblemNotice error={error} />
    </div>
  )
}

function Ending({ preview: { grants, sessions, at_least: isAtLeast } }: { readonly preview: Preview }): JSX.Element {
  const ends = grants > 0 || sessions > 0
  return (
    <p>
      <strong>{ends ? text.ends(grants, sessions, isAtLeast) : text.endsNone}</strong> {text.tokensDie}
    </p>
  )
}
