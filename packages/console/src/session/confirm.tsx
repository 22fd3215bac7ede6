import { type JSX, type ReactNode, useState } from 'react'
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
  return [setAsked, asked === undefined ? null : <ActionDialog {...asked} open onClose={close} />]
}
