import type { ReactNode } from 'react'

export interface ButtonProps {
  readonly tone?: 'accent' | 'quiet' | 'danger' | undefined
  readonly compact?: boolean | undefined
  readonly type?: 'button' | 'submit' | undefined
  /** What it began is not done yet: it keeps the focus, and does nothing. */
  readonly busy?: boolean | undefined
  readonly onClick?: (() => void) | undefined
  readonly children: ReactNode
  readonly 'aria-label'?: string | undefined
}

/** A button says the verb. */
export function Button({
  tone = 'accent',
  compact = false,
  type = 'button',
  busy = false,
  onClick,
  children,
  ...rest
}: ButtonProps): ReactNode {
  return (
    <button
      {...rest}
      type={type}
      className={`button ${tone} ${compact ? 'compact' : ''}`}
      aria-disabled={busy || undefined}
      onClick={(event) => {
        if (busy) event.preventDefault()
        else onClick?.()
      }}
    >
      {children}
    </button>
  )
}
