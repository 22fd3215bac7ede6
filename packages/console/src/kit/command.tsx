import type { ReactNode } from 'react'
import { copyVerb, useCopying } from './copying.ts'

/** A command to copy. */
export function Command({ text }: { readonly text: string }): ReactNode {
  const [state, copy] = useCopying(text)
  return (
    <span className="command">
      <code>{text}</code>
      <button type="button" className="button quiet compact" onClick={copy}>
        {copyVerb[state]}
        <span className="unseen"> {text}</span>
      </button>
    </span>
  )
}
