import { type ReactNode, useId } from 'react'

interface CardProps {
  readonly title: string
  readonly aside?: ReactNode
  readonly children: ReactNode
}

export function Card({ title, aside, children }: CardProps): ReactNode {
  const id = useId()
  return (
    <section className="card" aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {aside !== undefined && <div className="soft small">{aside}</div>}
      </header>
      <div className="inside">{children}</div>
    </section>
  )
}
