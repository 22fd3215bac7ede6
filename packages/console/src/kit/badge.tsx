import type { ReactNode } from 'react'

interface BadgeProps {
  readonly tone?: 'plain' | 'accent' | 'warning' | 'danger' | 'live' | undefined
  readonly children: ReactNode
}

/** A word or two beside something. The colour only repeats what the word says. */
export const Badge = ({ tone = 'accent', children }: BadgeProps): ReactNode => (
  <span className={`badge ${tone}`}>
    {tone === 'live' && <span className="dot" />}
    {children}
  </span>
)
