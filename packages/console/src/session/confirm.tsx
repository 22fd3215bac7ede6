import { type JSX, type ReactNode, useEffect, useState } from 'react'
import { ActionDialog } from '../kit/index.ts'

/** Something that is done after its effect was read. */
export interface Confirmation {
  readonly title: string
  readonly effect: ReactNode
  readonly verb: string
  readonly tone?: 'accent' | 'danger'
  readonly act: () => Promise<void>
}

/** @returns what asks, and the dialog, to be shown somewhere. */
export function useConfirm(): readonly [ask: (confirmation: Confirmation) => void, dialog: JSX.Element | null] {
  const [asked, setAsked] = useState<Confirmation>()
  const close = (): void => setAsked(undefined)
  useEffect(() => {
    if (asked === undefined) return undefined
    return focusSomewhere
  }, [asked])
  return [setAsked, asked === undefined ? null : <ActionDialog {...asked} open onClose={close} />]
}

/** The button that asked may be gone with what it has ended: then reading goes on at the heading of the page. */
function focusSomewhere(): void {
  if (document.activeElement === document.body) document.querySelector('h1')?.focus()
}
