import { Fragment, type ReactNode } from 'react'

/** Names and what stands beside them. */
export const Facts = ({ items }: { readonly items: readonly (readonly [string, ReactNode])[] }): ReactNode => (
  <dl className="facts">
    {items.map(([name, value]) => (
      <Fragment key={name}>
        <dt>{name}</dt>
        <dd>{value}</dd>
      </Fragment>
    ))}
  </dl>
)
