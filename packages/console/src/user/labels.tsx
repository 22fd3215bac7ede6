import { Fragment, type JSX } from 'react'
import { Badge } from '../kit/index.ts'

interface LabelsProps {
  readonly labels: readonly string[]
  /** What stands there when there are none. */
  readonly none?: string
}

/** Roles or groups. */
export const Labels = ({ labels, none = '' }: LabelsProps): JSX.Element => (
  <>
    {labels.length === 0 ? none : null}
    {labels.map((label) => (
      <Fragment key={label}>
        <Badge tone="plain">{label}</Badge>{' '}
      </Fragment>
    ))}
  </>
)
