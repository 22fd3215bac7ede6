import { type JSX, useState } from 'react'
import { type ApiKey, updateApiKey } from '../api/api-key.ts'
import { useInvalidate } from '../api/query.ts'
import { KeyAction } from '../caller-key/key-action.tsx'
import { callerKeyText as text } from '../message/en/caller-key.ts'
import { ApiKeyFields } from './api-key-fields.tsx'
import { apiKeyChange, apiKeyFieldsOf } from './api-key-form.ts'

interface ChangeApiKeyProps {
  readonly apiKey: ApiKey
  readonly open: boolean
  readonly onClose: () => void
}

export function ChangeApiKey({ apiKey, open, onClose }: ChangeApiKeyProps): JSX.Element {
  const [before] = useState(() => apiKeyFieldsOf(apiKey))
  const [fields, setFields] = useState(before)
  const invalidate = useInvalidate()
  const act = async (): Promise<void> => {
    const change = apiKeyChange(before, fields)
    if (Object.keys(change).length === 0) return
    await updateApiKey(apiKey.id, change)
    await invalidate(['api-keys'])
  }
  return (
    <KeyAction
      verb="change"
      name={apiKey.name}
      effect={text.effect.change}
      open={open}
      onClose={onClose}
      act={act}
      fields={<ApiKeyFields fields={fields} onChange={setFields} isNew={false} />}
    />
  )
}
