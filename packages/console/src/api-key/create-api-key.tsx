import { type JSX, useState } from 'react'
import { createApiKey, type IssuedApiKey } from '../api/api-key.ts'
import { useInvalidate } from '../api/query.ts'
import { noOwner, resolveOwner } from '../caller-key/owner-choice.ts'
import { OwnerFields } from '../caller-key/owner-fields.tsx'
import { useServices } from '../caller-key/use-services.ts'
import { ActionDialog, SelectField } from '../kit/index.ts'
import { apiKeyText as text } from '../message/en/api-key.ts'
import { callerKeyText } from '../message/en/caller-key.ts'
import { ApiKeyFields } from './api-key-fields.tsx'
import { newApiKeyBody, newApiKeyFields } from './api-key-form.ts'

interface CreateApiKeyProps {
  readonly open: boolean
  readonly onClose: () => void
  readonly onIssued: (issued: IssuedApiKey) => void
}

export function CreateApiKey({ open, onClose, onIssued }: CreateApiKeyProps): JSX.Element {
  const [fields, setFields] = useState(newApiKeyFields)
  const [owner, setOwner] = useState(noOwner)
  const [environment, setEnvironment] = useState('live')
  const services = useServices()
  const invalidate = useInvalidate()
  const act = async (): Promise<void> => {
    onIssued(await createApiKey(newApiKeyBody(fields, environment, await resolveOwner(owner))))
    await invalidate(['api-keys'])
  }
  return (
    <ActionDialog
      open={open}
      onClose={onClose}
      title={text.makeTitle}
      effect={text.makeEffect}
      verb={callerKeyText.verb.create}
      act={act}
      fields={
        <>
          <OwnerFields choice={owner} onChange={setOwner} services={services} />
          <SelectField
            label={text.environment}
            name="environment"
            hint={text.environmentHint}
            value={environment}
            onChange={setEnvironment}
            options={Object.entries(text.environments).map(([value, title]) => ({ value, title }))}
          />
          <ApiKeyFields fields={fields} onChange={setFields} isNew />
        </>
      }
    />
  )
}
