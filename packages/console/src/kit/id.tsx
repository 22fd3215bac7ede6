import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { kit } from '../message/en/kit.ts'
import { type Copied, useCopying } from './copying.ts'
import { Icon } from './icon.tsx'
import { shorten } from './shorten.ts'

interface IdProps {
  readonly value: string
  readonly href?: string | undefined
}

const icons = { no: 'copy', yes: 'check', failed: 'close' } as const satisfies Readonly<Record<Copied, string>>

/** An id without its middle. A click copies it whole; with `href` a click on it goes there, and the button beside it copies. */
export function Id({ value, href }: IdProps): ReactNode {
  const [state, copy] = useCopying(value)
  const short = shorten(value)
  if (href === undefined) {
    return (
      <button type="button" className="id" title={value} onClick={copy}>
        <span className="mono">{short}</span>
        <span className="unseen">, {kit.copyWhole}</span>
        <Icon name={icons[state]} />
      </button>
    )
  }
  return (
    <span className="id">
      <Link href={href} className="mono" title={value}>
        {short}
      </Link>
      <button type="button" className="bare" aria-label={`${short}, ${kit.copyWhole}`} onClick={copy}>
        <Icon name={icons[state]} />
      </button>
    </span>
  )
}
