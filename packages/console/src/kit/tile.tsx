import type { ReactNode } from 'react'

export const Tiles = ({ children }: { readonly children: ReactNode }): ReactNode => <dl className="tiles">{children}</dl>

interface TileProps {
  readonly title: string
  readonly value: ReactNode
  readonly note?: ReactNode
  /** Of the note. */
  readonly tone?: 'plain' | 'warning' | 'danger' | 'live' | undefined
}

/** One figure, what it is of, and what there is to say of it. */
export const Tile = ({ title, value, note, tone = 'plain' }: TileProps): ReactNode => (
  <div className="card tile">
    <dt className="soft small">{title}</dt>
    <dd className="figure">{value}</dd>
    <dd className={`small note ${tone}`}>{note}</dd>
  </div>
)
