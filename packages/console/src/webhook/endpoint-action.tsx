import { type JSX, useEffect, useState } from 'react'
import { useInvalidate } from '../api/query.ts'
import { changeEndpoint, removeEndpoint, rotateEndpointSecret, type WebhookBacklog } from '../api/webhook.ts'
import { ActionDialog, say, SecretDialog, SelectField } from '../kit/index.ts'
import { endpointForm, endpointAction as text } from '../message/en/webhook.ts'
import { changeOf, draftOf } from './endpoint-draft.ts'
import { EndpointFields } from './endpoint-fields.tsx'

/** What somebody is about to do with an endpoint. */
export type EndpointActionName = 'change' | 'rotate' | 'remove' | 'paused' | 'enabled' | 'disabled'

export interface EndpointActionProps {
  readonly backlog: WebhookBacklog
  readonly chosen: EndpointActionName | undefined
  readonly onClose: () => void
  readonly onRemoved: () => void
}

/** Each of them says before what it will do. */
export function EndpointActions(props: EndpointActionProps): JSX.Element {
  return (
    <>
      <ChangeDialog {...props} />
      <RotateDialog {...props} />
      <StatusDialog {...props} status="paused" />
      <StatusDialog {...props} status="enabled" />
      <StatusDialog {...props} status="disabled" />
      <RemoveDialog {...props} />
    </>
  )
}

/** What hangs on an endpoint: the list of all, and what is known of this one. */
function useChanged(id: string): () => Promise<unknown> {
  const invalidate = useInvalidate()
  return () => Promise.all([invalidate(['webhooks']), invalidate(['webhook', id]), invalidate(['webhook-deliveries', id])])
}

function ChangeDialog({ backlog: { webhook_endpoint: before }, chosen, onClose }: EndpointActionProps): JSX.Element {
  const open = chosen === 'change'
  const [draft, setDraft] = useState(() => draftOf(before))
  const [base, setBase] = useState(before)
  const changed = useChanged(before.id)
  // It begins with what is there when it is opened, and is not written over by what is loaded while somebody types.
  useEffect(() => {
    if (!open) return
    setBase(before)
    setDraft(draftOf(before))
  }, [open])
  const act = async (): Promise<void> => {
    await changeEndpoint(before.id, changeOf(base, draft))
    say(endpointForm.changed)
    await changed()
  }
  return (
    <ActionDialog
      open={open}
      onClose={onClose}
      title={endpointForm.changeTitle}
      effect={endpointForm.changeEffect}
      verb={endpointForm.changeVerb}
      act={act}
      fields={<EndpointFields draft={draft} onChange={setDraft} isNew={false} />}
    />
  )
}

const DEFAULT_OVERLAP = '86400'
const overlaps = text.overlaps.map(([value, title]) => ({ value, title }))

function RotateDialog({ backlog: { webhook_endpoint: before }, chosen, onClose }: EndpointActionProps): JSX.Element {
  const [overlap, setOverlap] = useState(DEFAULT_OVERLAP)
  const [secret, setSecret] = useState<string>()
  const changed = useChanged(before.id)
  const act = async (): Promise<void> => {
    const issued = await rotateEndpointSecret(before.id, Number(overlap))
    await changed()
    setOverlap(DEFAULT_OVERLAP)
    say(text.rotated)
    setSecret(issued.secret ?? undefined)
  }
  return (
    <>
      <ActionDialog
        open={chosen === 'rotate'}
        onClose={onClose}
        title={text.rotateTitle}
        effect={overlap === '0' ? text.rotateNow : text.rotateEffect}
        verb={text.rotateVerb}
        tone={overlap === '0' ? 'danger' : 'accent'}
        act={act}
        fields={<SelectField label={text.overlap} name="overlap_seconds" value={overlap} onChange={setOverlap} options={overlaps} />}
      />
      <SecretDialog
        open={secret !== undefined}
        onClose={() => setSecret(undefined)}
        title={text.rotatedTitle}
        secret={secret ?? ''}
        what={endpointForm.secretWhat}
      />
    </>
  )
}

interface StatusDialogProps extends EndpointActionProps {
  readonly status: 'paused' | 'enabled' | 'disabled'
}

function StatusDialog({ backlog, chosen, onClose, status }: StatusDialogProps): JSX.Element {
  const { id } = backlog.webhook_endpoint
  const changed = useChanged(id)
  const { title, verb, effect, done } = text.statuses[status]
  const act = async (): Promise<void> => {
    await changeEndpoint(id, { status })
    say(done)
    await changed()
  }
  return (
    <ActionDialog
      open={chosen === status}
      onClose={onClose}
      title={title}
      effect={effect(backlog.waiting)}
      verb={verb}
      tone={status === 'disabled' ? 'danger' : 'accent'}
      act={act}
    />
  )
}

function RemoveDialog({ backlog, chosen, onClose, onRemoved }: EndpointActionProps): JSX.Element {
  const { id, url } = backlog.webhook_endpoint
  const invalidate = useInvalidate()
  const act = async (): Promise<void> => {
    await removeEndpoint(id)
    say(text.removed(url))
    onRemoved()
    await invalidate(['webhooks'])
  }
  return (
    <ActionDialog
      open={chosen === 'remove'}
      onClose={onClose}
      title={text.removeTitle}
      effect={text.removeEffect(backlog.waiting, backlog.dead)}
      verb={text.removeVerb}
      tone="danger"
      act={act}
    />
  )
}
