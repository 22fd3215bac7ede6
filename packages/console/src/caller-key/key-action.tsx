import type { JSX, ReactNode } from 'react'
import { ActionDialog } from '../kit/index.ts'
import { callerKeyText as text } from '../message/en/caller-key.ts'

export type KeyVerb = 'change' | 'rotate' | 'disable' | 'enable' | 'remove'

interface KeyActionProps {
  readonly verb: KeyVerb
  /** Of the key. */
  readonly name: string
  readonly effect: ReactNode
  readonly open: boolean
  readonly onClose: () => void
  readonly act: () => Promise<void>
  readonly fields?: ReactNode
}

/** The dialog of whatever is done with one key. */
export function KeyAction({ verb, name, effect, open, onClose, act, fields }: KeyActionProps): JSX.Element {
  const isDangerous = verb === 'remove' || verb === 'disable'
  return (
    <ActionDialog
      open={open}
      onClose={onClose}
      title={text.title[verb](name)}
      effect={effect}
      verb={text.verb[verb]}
      tone={isDangerous ? 'danger' : 'accent'}
      act={act}
      fields={fields}
    />
  )
}

/** What decides about what can be done with a key. */
export interface Doable {
  readonly status: string
  readonly successor: string | null
  /** Temporary keys are not replaced. */
  readonly temporary?: boolean
}

/** What can be done with a key, as a menu has it. */
export function keyItems(
  { status, successor, temporary = false }: Doable,
  ask: (verb: KeyVerb) => void,
): readonly { readonly title: string; readonly tone?: 'danger'; readonly onSelect: () => void }[] {
  const item = (verb: KeyVerb) => ({ title: text[verb], onSelect: () => ask(verb) })
  return [
    item('change'),
    ...(successor === null && !temporary ? [item('rotate')] : []),
    status === 'disabled' ? item('enable') : item('disable'),
    { ...item('remove'), tone: 'danger' },
  ]
}
