import type { ReactNode } from 'react'
import { kit } from '../message/en/kit.ts'

/** The place of what is being loaded. Nothing is seen of it in the first 300 ms, but that there is room. */
export const Skeleton = ({ lines }: { readonly lines: number }): ReactNode => (
  <div className="skeleton" role="status">
    <span className="unseen">{kit.loading}</span>
    {Array.from({ length: lines }, (_, line) => (
      <span key={line} className="bar" />
    ))}
  </div>
)
