import { type JSX, useState } from 'react'
import { changeClient, type Client, removeClient, rotateClientSecret } from '../api/client.ts'
import { useInvalidate } from '../api/query.ts'
import { ActionDialog, type Asking, say, SecretDialog, SelectField } from '../kit/index.ts'
import { clientAction as text, clientForm } from '../message/en/client.ts'
import { ChangeClient } from './change-client.tsx'
import { ClientEffect } from './client-effect.tsx'

/** What somebody is about to do with a client. */
export type ClientVerb = 'change' | 'rotate' | 'verify' | 'unverify' | 'enable' | 'disable' | 'remove'

interface DialogProps {
  readonly client: Client
  readonly onClose: () => void
}

interface ClientActionsProps {
  readonly client: Client
  readonly asking: Asking<ClientVerb>
  readonly onRemoved: () => void
}

/** Each of them says before what it will do. */
export function ClientActions({ client, asking, onRemoved }: ClientActionsProps): JSX.Element {
  const [secret, setSecret] = useState<string>()
  const { isOpen, asked, close } = asking
  return (
    <>
      {isOpen && asked !== undefined ? (
        <ActionOf verb={asked} client={client} onClose={close} onRemoved={onRemoved} onSecret={setSecret} />
      ) : null}
      {secret === undefined ? null : (
        <SecretDialog
          open={!isOpen}
          onClose={() => setSecret(undefined)}
          title={clientForm.secretTitle(client.name)}
          secret={secret}
          what={clientForm.secretWhat(client.id)}
        />
      )}
    </>
  )
}

interface ActionOfProps extends DialogProps {
  readonly verb: ClientVerb
  readonly onRemoved: () => void
  readonly onSecret: (secret: string) => void
}

function ActionOf({ verb, onRemoved, onSecret, ...dialog }: ActionOfProps): JSX.Element {
  switch (verb) {
    case 'change':
      return <ChangeClient {...dialog} />
    case 'rotate':
      return <RotateSecret {...dialog} onSecret={onSecret} />
    case 'verify':
    case 'unverify':
      return <StandBy {...dialog} verb={verb} />
    case 'enable':
      return <EnableClient {...dialog} />
    case 'disable':
      return <DisableClient {...dialog} />
    case 'remove':
      return <RemoveClient {...dialog} onRemoved={onRemoved} />
  }
}

/** What hangs on a client: the list of all, and what is known of this one. */
function useChanged(id: string): () => Promise<unknown> {
  const invalidate = useInvalidate()
  return () => Promise.all([invalidate(['clients']), invalidate(['client', id])])
}

const DEFAULT_OVERLAP = '86400'
const overlaps = text.overlaps.map(([value, title]) => ({ value, title }))

function RotateSecret({ client, onClose, onSecret }: DialogProps & { readonly onSecret: (secret: string) => void }): JSX.Element {
  const [overlap, setOverlap] = useState(DEFAULT_OVERLAP)
  const act = async (): Promise<void> => {
    onSecret((await rotateClientSecret(client.id, Number(overlap))).secret)
    say(text.rotated(client.name))
  }
  return (
    <ActionDialog
      open
      onClose={onClose}
      title={text.rotateTitle}
      effect={overlap === '0' ? text.rotateNow : text.rotateEffect}
      verb={text.rotateVerb}
      tone={overlap === '0' ? 'danger' : 'accent'}
      act={act}
      fields={<SelectField label={text.overlap} name="overlap_seconds" value={overlap} onChange={setOverlap} options={overlaps} />}
    />
  )
}

/** Of a client that has registered by itself. */
function StandBy({ client, onClose, verb }: DialogProps & { readonly verb: 'verify' | 'unverify' }): JSX.Element {
  const changed = useChanged(client.id)
  const isVerified = verb === 'verify'
  const act = async (): Promise<void> => {
    await changeClient(client.id, { verified: isVerified })
    await changed()
    say(isVerified ? text.verified(client.name) : text.unverified(client.name))
  }
  return (
    <ActionDialog
      open
      onClose={onClose}
      title={isVerified ? text.verifyTitle(client.name) : text.unverifyTitle(client.name)}
      effect={isVerified ? text.verifyEffect : text.unverifyEffect}
      verb={isVerified ? text.verifyVerb : text.unverifyVerb}
      act={act}
    />
  )
}

function EnableClient({ client, onClose }: DialogProps): JSX.Element {
  const changed = useChanged(client.id)
  const act = async (): Promise<void> => {
    await changeClient(client.id, { disabled: false })
    await changed()
    say(text.enabled(client.name))
  }
  return (
    <ActionDialog
      open
      onClose={onClose}
      title={text.enableTitle(client.name)}
      effect={text.enableEffect}
      verb={text.enableVerb}
      act={act}
    />
  )
}

function DisableClient({ client, onClose }: DialogProps): JSX.Element {
  const changed = useChanged(client.id)
  const act = async (): Promise<void> => {
    await changeClient(client.id, { disabled: true })
    await changed()
    say(text.disabled(client.name))
  }
  return (
    <ActionDialog
      open
      onClose={onClose}
      title={text.disableTitle(client.name)}
      effect={<ClientEffect id={client.id}>{text.disableEffect}</ClientEffect>}
      verb={text.disableVerb}
      tone="danger"
      act={act}
    />
  )
}

function RemoveClient({ client, onClose, onRemoved }: DialogProps & { readonly onRemoved: () => void }): JSX.Element {
  const invalidate = useInvalidate()
  const act = async (): Promise<void> => {
    await removeClient(client.id)
    onRemoved()
    // Not the page of the one that there is no longer.
    await invalidate(['clients', 'list'])
    say(text.removed(client.name))
  }
  return (
    <ActionDialog
      open
      onClose={onClose}
      title={text.removeTitle(client.name)}
      effect={<ClientEffect id={client.id}>{text.removeEffect}</ClientEffect>}
      verb={text.removeVerb}
      tone="danger"
      act={act}
    />
  )
}
