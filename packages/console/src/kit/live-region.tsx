import type { ReactNode } from 'react'
import { useSaid } from './say.ts'

/** Where `say` is heard: in the shell, and in each dialog, since what is behind one is silent. */
export const LiveRegion = (): ReactNode => (
  <div className="unseen" role="status" aria-live="polite">
    {useSaid()}
  </div>
)
