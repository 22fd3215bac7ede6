import { type JSX, useEffect, useState } from 'react'
import { useList } from '../api/query.ts'
import { type Preview, previewRevocation } from '../api/revocation.ts'
import { clock, Moment, ProblemNotice } from '../kit/index.ts'
import { revocation as words } from '../message/en/revocation.ts'
import { targetIdOf } from './person.ts'
import { type Draft, isNamed, requestOf } from './request.ts'

/** Who types on is not done yet. */
const SETTLED_MS = 300

/** What a revocation would end, as the server counts it now. */
export function RevokeEffect({ draft }: { readonly draft: Draft }): JSX.Element {
  // The reason ends nothing.
  const settled = useSettled(`${draft.kind}\n${draft.mode}\n${draft.id}`, draft)
  const { data, error } = useList(
    ['revocation', 'preview', settled.kind, settled.id, settled.mode],
    async (signal) => previewRevocation(requestOf({ ...settled, reason: '' }, await targetIdOf(settled, signal)), signal),
    { enabled: isNamed(settled), isFresh: true },
  )
  if (!isNamed(draft)) return <p className="soft">{words.chooseFirst}</p>
  if (error !== undefined) return <Failed error={error} />
  if (data === undefined || !isSameTarget(settled, draft)) return <p className="soft">{words.counting}</p>
  return <Effect preview={data} />
}

/** What nobody has is said in a sentence of ours; the rest as every problem. */
const Failed = ({ error }: { readonly error: Error }): JSX.Element =>
  error.constructor === Error ? <p className="soft">{error.message}</p> : <ProblemNotice error={error} />

function Effect({ preview }: { readonly preview: Preview }): JSX.Element {
  const { sessions, people, grants, sessions_renewed: renewed, at_least: isAtLeast } = preview
  const ends = sessions > 0 || grants > 0
  return (
    <div className="notice warning" role="status">
      <p>
        <strong>{ends ? words.ends(sessions, people, grants, isAtLeast) : words.endsNone}</strong>{' '}
        {preview.sign_in_again ? words.signInAgain : ''}
      </p>
      <p>
        {words.tokensDie} {renewed === null || renewed === 0 ? '' : words.renews(renewed, isAtLeast)}
      </p>
      <p className="soft small">
        {words.wouldHave} <Moment at={preview.access_tokens_until} />
      </p>
    </div>
  )
}

const isSameTarget = (one: Draft, other: Draft): boolean => one.kind === other.kind && one.mode === other.mode && one.id === other.id

/** @param what Of the draft: when it changes somebody is not done yet. */
function useSettled(what: string, draft: Draft): Draft {
  const [settled, setSettled] = useState(draft)
  useEffect(() => clock.after(SETTLED_MS, () => setSettled(draft)), [what])
  return settled
}
