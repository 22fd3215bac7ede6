import { type JSX, useState } from 'react'
import { changeClient, type Client, findClient } from '../api/client.ts'
import { useInvalidate } from '../api/query.ts'
import { ActionDialog, say } from '../kit/index.ts'
import { clientForm as text } from '../message/en/client.ts'
import { clientChange, draftOf } from './client-draft.ts'
import { ClientFields } from './client-fields.tsx'

interface ChangeClientProps {
  readonly client: Client
  readonly onClose: () => void
}

export function ChangeClient({ client, onClose }: ChangeClientProps): JSX.Element {
  // As it was when the form was opened, whatever is loaded while somebody types.
  const [shown] = useState(client)
  const [draft, setDraft] = useState(() => draftOf(shown))
  const invalidate = useInvalidate()
  const act = async (): Promise<void> => {
    const change = clientChange(shown, draft, (await findClient(shown.id)).client)
    if (Object.keys(change).length === 0) return
    const changed = await changeClient(shown.id, change)
    await Promise.all([invalidate(['clients']), invalidate(['client', shown.id])])
    say(text.changed(changed.name))
  }
  return (
    <ActionDialog
      open
      onClose={onClose}
      title={text.changeTitle}
      effect={text.changeEffect}
      verb={text.changeVerb}
      act={act}
      fields={<ClientFields draft={draft} onChange={setDraft} isNew={false} />}
    />
  )
}
