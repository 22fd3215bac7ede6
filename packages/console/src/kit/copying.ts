import { useCallback, useEffect, useRef, useState } from 'react'
import { kit } from '../message/en/kit.ts'
import { type Cancel, clock } from './clock.ts'
import { say } from './say.ts'

const SHOWN_MS = 1500
/** Whoever believes that a secret was copied, and closes what shows it, has lost it. */
const FAILURE_SHOWN_MS = 6000

/** Whether a text was copied just now. */
export type Copied = 'no' | 'yes' | 'failed'

/** Copies a text and says so. @returns what has just become of it, and how to do it. */
export function useCopying(text: string): readonly [Copied, () => void] {
  const [state, setState] = useState<Copied>('no')
  const cancel = useRef<Cancel>(undefined)
  useEffect(() => () => cancel.current?.(), [])
  const copy = useCallback(() => {
    const show = (copied: Copied, said: string): void => {
      say(said)
      setState(copied)
      cancel.current?.()
      cancel.current = clock.after(copied === 'yes' ? SHOWN_MS : FAILURE_SHOWN_MS, () => setState('no'))
    }
    copyText(text).then(
      () => show('yes', kit.copiedWhole),
      () => show('failed', kit.copyFailed),
    )
  }, [text])
  return [state, copy]
}

export const copyVerb: Readonly<Record<Copied, string>> = { no: kit.copy, yes: kit.copied, failed: kit.notCopied }

/** @throws {DOMException} where the browser does not allow it, as on plain HTTP. */
async function copyText(text: string): Promise<void> {
  if (navigator.clipboard === undefined) throw new DOMException('no clipboard here', 'NotAllowedError')
  await navigator.clipboard.writeText(text)
}
