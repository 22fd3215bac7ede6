import type { ReactNode } from 'react'

interface NoticeProps {
  readonly tone: 'info' | 'warning' | 'danger'
  readonly title?: string | undefined
  readonly children?: ReactNode
}

export const Notice = ({ tone, title, children }: NoticeProps): ReactNode => (
  <div className={`notice ${tone}`} role={tone === 'danger' ? 'alert' : 'status'}>
    {title !== undefined && <strong>{title}</strong>}
    {children !== undefined && <div>{children}</div>}
  </div>
)
