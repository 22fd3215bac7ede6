import { type JSX, useState } from 'react'
import { createClient, type IssuedClient } from '../api/client.ts'
import { useInvalidate } from '../api/query.ts'
import { ActionDialog, say } from '../kit/index.ts'
import { clientForm as text } from '../message/en/client.ts'
import { emptyDraft, newClientBody } from './client-draft.ts'
import { ClientFields } from './client-fields.tsx'

interface RegisterClientProps {
  readonly onClose: () => void
  readonly onIssued: (issued: IssuedClient) => void
}

export function RegisterClient({ onClose, onIssued }: RegisterClientProps): JSX.Element {
  const [draft, setDraft] = useState(emptyDraft)
  const invalidate = useInvalidate()
  const act = async (): Promise<void> => {
    const issued = await createClient(newClientBody(draft))
    await invalidate(['clients'])
    say(text.registered(issued.name))
    onIssued(issued)
  }
  return (
    <ActionDialog
      open
      onClose={onClose}
      title={text.registerTitle}
      effect={text.registerEffect}
      verb={text.registerVerb}
      act={act}
      fields={<ClientFields draft={draft} onChange={setDraft} isNew />}
    />
  )
}
