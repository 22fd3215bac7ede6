import { type JSX, useState } from 'react'
import { type ApiKey, type IssuedApiKey, rotateApiKey } from '../api/api-key.ts'
import { useInvalidate } from '../api/query.ts'
import { KeyAction } from '../caller-key/key-action.tsx'
import { given, moment } from '../caller-key/key-form.ts'
import { SelectField, TextField } from '../kit/index.ts'
import { apiKeyText } from '../message/en/api-key.ts'
import { callerKeyText as text } from '../message/en/caller-key.ts'

const overlaps = ['0', '3600', '86400', '604800', '2592000'] as const

interface RotateApiKeyProps {
  readonly apiKey: ApiKey
  readonly open: boolean
  readonly onClose: () => void
  readonly onIssued: (issued: IssuedApiKey) => void
}

export function RotateApiKey({ apiKey, open, onClose, onIssued }: RotateApiKeyProps): JSX.Element {
  const [overlap, setOverlap] = useState<string>('86400')
  const [expires, setExpires] = useState('')
  const invalidate = useInvalidate()
  const act = async (): Promise<void> => {
    onIssued(await rotateApiKey(apiKey.id, given({ overlap_seconds: Number(overlap), expires_at: moment(expires) })))
    await invalidate(['api-keys'])
  }
  return (
    <KeyAction
      verb="rotate"
      name={apiKey.name}
      effect={apiKeyText.rotateEffect}
      open={open}
      onClose={onClose}
      act={act}
      fields={
        <>
          <SelectField
            label={text.field.overlap}
            name="overlap_seconds"
            value={overlap}
            onChange={setOverlap}
            options={overlaps.map((value) => ({ value, title: text.overlap[value] }))}
          />
          <TextField
            label={apiKeyText.field.newEnds}
            name="expires_at"
            hint={apiKeyText.field.newEndsHint}
            type="datetime-local"
            value={expires}
            onChange={setExpires}
          />
        </>
      }
    />
  )
}
