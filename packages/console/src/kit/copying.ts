import { useCallback, useEffect, useRef, useState } from 'react'
import { kit } from '../message/en/kit.ts'
import { type Cancel, clock } from './clock.ts'
import { say } from './say.ts'

const SHOWN_MS = 1500

/** Copies a text and says so. @returns whether that was just done, and how to do it. */
export function useCopying(text: string): readonly [boolean, () => void] {
  const [isCopied, setCopied] = useState(false)
  const cancel = useRef<Cancel>(undefined)
  useEffect(() => () => cancel.current?.(), [])
  const copy = useCallback(() => {
    copyText(text).then(
      () => {
        say(kit.copiedWhole)
        setCopied(true)
        cancel.current?.()
        cancel.current = clock.after(SHOWN_MS, () => setCopied(false))
      },
      () => say(kit.copyFailed),
    )
  }, [text])
  return [isCopied, copy]
}

/** @throws {DOMException} where the browser does not allow it, as on plain HTTP. */
async function copyText(text: string): Promise<void> {
  if (navigator.clipboard === undefined) throw new DOMException('no clipboard here', 'NotAllowedError')
  await navigator.clipboard.writeText(text)
}
