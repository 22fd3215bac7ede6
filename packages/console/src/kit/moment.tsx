import type { ReactNode } from 'react'
import { kit } from '../message/en/kit.ts'
import { ageText, epochOf, exactText, relativeText } from './moment.ts'
import { useTicking } from './tick.ts'

interface MomentProps {
  /** Milliseconds since 1970, or ISO 8601. */
  readonly at: number | string | undefined
  /** What stands there when there is no such moment. */
  readonly never?: string | undefined
}

/** How long ago or ahead, kept up to date; the whole moment on hovering, and for whoever hears it. */
export function Moment({ at, never = kit.never }: MomentProps): ReactNode {
  const epoch = epochOf(at)
  return epoch === undefined ? <span className="soft">{never}</span> : <Known epoch={epoch} />
}

function Known({ epoch }: { readonly epoch: number }): ReactNode {
  const text = useTicking((now) => relativeText(epoch, now))
  return (
    <time dateTime={new Date(epoch).toISOString()} title={exactText(epoch)}>
      {text}
    </time>
  )
}

/** How old something live is. */
export function Age({ since }: { readonly since: number | undefined }): ReactNode {
  const text = useTicking((now) => (since === undefined ? kit.notYet : ageText(since, now)))
  return <span className="age">{text}</span>
}
