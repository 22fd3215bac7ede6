import { type JSX, useState } from 'react'
import { type ApiKey, type IssuedApiKey, removeApiKey, updateApiKey } from '../api/api-key.ts'
import { useInvalidate } from '../api/query.ts'
import { KeyAction, type KeyVerb } from '../caller-key/key-action.tsx'
import { type Asking, Moment, SecretDialog } from '../kit/index.ts'
import { apiKeyText } from '../message/en/api-key.ts'
import { callerKeyText as text } from '../message/en/caller-key.ts'
import { ChangeApiKey } from './change-api-key.tsx'
import { CreateApiKey } from './create-api-key.tsx'
import { RotateApiKey } from './rotate-api-key.tsx'

/** What somebody wants to do: with a key, or a new one. */
export type ApiKeyWish = { readonly verb: 'create' } | { readonly verb: KeyVerb; readonly key: ApiKey }

interface Removal {
  readonly apiKey: ApiKey
  readonly open: boolean
  readonly onClose: () => void
  readonly onRemoved?: (() => void) | undefined
}

function RemoveApiKey({ apiKey, open, onClose, onRemoved }: Removal): JSX.Element {
  const invalidate = useInvalidate()
  const { name, last_used_at: lastUsed } = apiKey
  const effect = (
    <div className="stack">
      <p>{apiKeyText.removeEffect}</p>
      {lastUsed !== null && (
        <p>
          {apiKeyText.removeUsed} <Moment at={lastUsed} />.
        </p>
      )}
    </div>
  )
  const act = async (): Promise<void> => {
    await removeApiKey(apiKey.id)
    onRemoved?.()
    // Not the page of the one that there is no longer.
    await invalidate(['api-keys', 'list'])
  }
  return <KeyAction verb="remove" name={name} effect={effect} open={open} onClose={onClose} act={act} />
}

function SwitchApiKey({ apiKey, verb, ...dialog }: Omit<Removal, 'onRemoved'> & { readonly verb: 'disable' | 'enable' }): JSX.Element {
  const invalidate = useInvalidate()
  const act = async (): Promise<void> => {
    await updateApiKey(apiKey.id, { status: verb === 'disable' ? 'disabled' : 'active' })
    await invalidate(['api-keys'])
  }
  return <KeyAction verb={verb} name={apiKey.name} effect={text.effect[verb]} act={act} {...dialog} />
}

interface ApiKeyDialogsProps {
  readonly asking: Asking<ApiKeyWish>
  readonly onRemoved?: () => void
}

/** Whatever is asked for, and after it the new key, this once. */
export function ApiKeyDialogs({ asking, onRemoved }: ApiKeyDialogsProps): JSX.Element {
  const [issued, setIssued] = useState<IssuedApiKey>()
  return (
    <>
      <ApiKeyDialog key={asking.serial} asking={asking} onIssued={setIssued} onRemoved={onRemoved} />
      {issued !== undefined && (
        <SecretDialog
          open={!asking.isOpen}
          onClose={() => setIssued(undefined)}
          title={apiKeyText.secretTitle(issued.api_key.name)}
          secret={issued.key}
          what={apiKeyText.secretWhat(issued.api_key.id)}
        />
      )}
    </>
  )
}

interface ApiKeyDialogProps {
  readonly asking: Asking<ApiKeyWish>
  readonly onIssued: (issued: IssuedApiKey) => void
  readonly onRemoved: (() => void) | undefined
}

function ApiKeyDialog({ asking: { asked, isOpen: open, close: onClose }, onIssued, onRemoved }: ApiKeyDialogProps): JSX.Element | null {
  switch (asked?.verb) {
    case undefined:
      return null
    case 'create':
      return <CreateApiKey open={open} onClose={onClose} onIssued={onIssued} />
    case 'change':
      return <ChangeApiKey apiKey={asked.key} open={open} onClose={onClose} />
    case 'rotate':
      return <RotateApiKey apiKey={asked.key} open={open} onClose={onClose} onIssued={onIssued} />
    case 'remove':
      return <RemoveApiKey apiKey={asked.key} open={open} onClose={onClose} onRemoved={onRemoved} />
    case 'disable':
    case 'enable':
      return <SwitchApiKey apiKey={asked.key} verb={asked.verb} open={open} onClose={onClose} />
  }
}
