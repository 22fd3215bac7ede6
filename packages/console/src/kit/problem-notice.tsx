import type { ReactNode } from 'react'
import { Problem } from '../api/request.ts'
import { kit } from '../message/en/kit.ts'
import { Button } from './button.tsx'
import { Notice } from './notice.tsx'
import { remedyOf, sentenceOf, supportOf } from './problem-text.ts'

interface ProblemNoticeProps {
  readonly error: unknown
  readonly retry?: (() => void) | undefined
}

/** What went wrong and what to do; small, what support needs. Nothing where nothing is wrong. */
export function ProblemNotice({ error, retry }: ProblemNoticeProps): ReactNode {
  if (error === undefined || error === null) return null
  const remedy = remedyOf(error, location)
  return (
    <Notice tone={isOurs(error) ? 'danger' : 'warning'} title={sentenceOf(error)}>
      {(remedy !== undefined || retry !== undefined) && (
        <div className="buttons">
          {remedy !== undefined && (
            <a className="button quiet compact" href={remedy.href}>
              {remedy.title}
            </a>
          )}
          {retry !== undefined && (
            <Button tone="quiet" compact onClick={retry}>
              {kit.retry}
            </Button>
          )}
        </div>
      )}
      <Support error={error} />
    </Notice>
  )
}

/** Code and request, small. */
export function Support({ error }: { readonly error: unknown }): ReactNode {
  const text = supportOf(error)
  return text === undefined ? null : <p className="support">{text}</p>
}

/** What passes by itself is a warning. */
const isOurs = (error: unknown): boolean => !(error instanceof Problem) || (error.status !== 0 && error.status !== 503)
