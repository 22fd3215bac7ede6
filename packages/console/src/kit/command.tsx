import type { ReactNode } from 'react'
import { kit } from '../message/en/kit.ts'
import { useCopying } from './copying.ts'

/** A command to copy. */
export function Command({ text }: { readonly text: string }): ReactNode {
  const [isCopied, copy] = useCopying(text)
  return (
    <span className="command">
      <code>{text}</code>
      <button type="button" className="button quiet compact" onClick={copy}>
        {isCopied ? kit.copied : kit.copy}
        <span className="unseen"> {text}</span>
      </button>
    </span>
  )
}
