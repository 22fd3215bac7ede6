import { type JSX, useState } from 'react'
import { type AccessKey, type IssuedAccessKey, updateAccessKey } from '../api/access-key.ts'
import { useInvalidate } from '../api/query.ts'
import { KeyAction, type KeyVerb } from '../caller-key/key-action.tsx'
import { type Asking, SecretDialog } from '../kit/index.ts'
import { accessKeyText } from '../message/en/access-key.ts'
import { callerKeyText as text } from '../message/en/caller-key.ts'
import { secretText } from './access-key-form.ts'
import { ChangeAccessKey } from './change-access-key.tsx'
import { CreateAccessKey } from './create-access-key.tsx'
import { RemoveAccessKey } from './remove-access-key.tsx'
import { RotateAccessKey } from './rotate-access-key.tsx'

/** What somebody wants to do: with a key, or a new one. */
export type AccessKeyWish = { readonly verb: 'create' } | { readonly verb: KeyVerb; readonly key: AccessKey }

interface SwitchProps {
  readonly accessKey: AccessKey
  readonly verb: 'disable' | 'enable'
  readonly open: boolean
  readonly onClose: () => void
}

function SwitchAccessKey({ accessKey, verb, ...dialog }: SwitchProps): JSX.Element {
  const invalidate = useInvalidate()
  const act = async (): Promise<void> => {
    await updateAccessKey(accessKey.id, { status: verb === 'disable' ? 'disabled' : 'active' })
    await invalidate(['access-keys'])
  }
  return <KeyAction verb={verb} name={accessKey.name} effect={text.effect[verb]} act={act} {...dialog} />
}

const derivedTitles: Readonly<Record<string, string>> = accessKeyText.derivedSecrets

interface AccessKeyDialogsProps {
  readonly asking: Asking<AccessKeyWish>
  readonly onRemoved?: () => void
}

/** Whatever is asked for, and after it the secret of the new key, this once. */
export function AccessKeyDialogs({ asking, onRemoved }: AccessKeyDialogsProps): JSX.Element {
  const [issued, setIssued] = useState<IssuedAccessKey>()
  const secret = issued && secretText(issued, (form) => derivedTitles[form] ?? form)
  return (
    <>
      <AccessKeyDialog key={asking.serial} asking={asking} onIssued={setIssued} onRemoved={onRemoved} />
      {issued !== undefined && secret !== undefined && (
        <SecretDialog
          open={!asking.isOpen}
          onClose={() => setIssued(undefined)}
          title={accessKeyText.secretTitle(issued.access_key.name)}
          secret={secret}
          what={accessKeyText.secretWhat(issued.access_key.id)}
        />
      )}
    </>
  )
}

interface AccessKeyDialogProps {
  readonly asking: Asking<AccessKeyWish>
  readonly onIssued: (issued: IssuedAccessKey) => void
  readonly onRemoved: (() => void) | undefined
}

function AccessKeyDialog({ asking, onIssued, onRemoved }: AccessKeyDialogProps): JSX.Element | null {
  const { asked, isOpen: open, close: onClose } = asking
  switch (asked?.verb) {
    case undefined:
      return null
    case 'create':
      return <CreateAccessKey open={open} onClose={onClose} onIssued={onIssued} />
    case 'change':
      return <ChangeAccessKey accessKey={asked.key} open={open} onClose={onClose} />
    case 'rotate':
      return <RotateAccessKey accessKey={asked.key} open={open} onClose={onClose} onIssued={onIssued} />
    case 'remove':
      return <RemoveAccessKey accessKey={asked.key} open={open} onClose={onClose} onRemoved={onRemoved} />
    case 'disable':
    case 'enable':
      return <SwitchAccessKey accessKey={asked.key} verb={asked.verb} open={open} onClose={onClose} />
  }
}
