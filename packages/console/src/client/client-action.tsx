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
    case 'enable':
    case 'disable':
      return <SwitchClient {...dialog} verb={verb} />
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

type Switch = Extract<ClientVerb, 'verify' | 'unverify' | 'enable' | 'disable'>

interface SwitchText {
  readonly change: { readonly verified: boolean } | { readonly disabled: boolean }
  readonly title: (name: string) => string
  readonly effect: string
  readonly verb: string
  readonly said: (name: string) => string
  /** It ends what the client was given. */
  readonly ends?: true
}

/** What is one thing or the other; `verify` is of a client that has registered by itself. */
const switches: Readonly<Record<Switch, SwitchText>> = {
  verify: { change: { verified: true }, title: text.verifyTitle, effect: text.verifyEffect, verb: text.verifyVerb, said: text.verified },
  unverify: {
    change: { verified: false },
    title: text.unverifyTitle,
    effect: text.unverifyEffect,
    verb: text.unverifyVerb,
    said: text.unverified,
  },
  enable: { change: { disabled: false }, title: text.enableTitle, effect: text.enableEffect, verb: text.enableVerb, said: text.enabled },
  disable: {
    change: { disabled: true },
    title: text.disableTitle,
    effect: text.disableEffect,
    verb: text.disableVerb,
    said: text.disabled,
    ends: true,
  },
}

function SwitchClient({ client, onClose, verb }: DialogProps & { readonly verb: Switch }): JSX.Element {
  const changed = useChanged(client.id)
  const { change, title, effect, verb: word, said, ends } = switches[verb]
  const act = async (): Promise<void> => {
    await changeClient(client.id, change)
    await changed()
    say(said(client.name))
  }
  return (
    <ActionDialog
      open
      onClose={onClose}
      title={title(client.name)}
      effect={ends === true ? <ClientEffect id={client.id}>{effect}</ClientEffect> : effect}
      verb={word}
      tone={ends === true ? 'danger' : 'accent'}
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
