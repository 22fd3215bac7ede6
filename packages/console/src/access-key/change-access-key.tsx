import { type JSX, useState } from 'react'
import { type AccessKey, updateAccessKey } from '../api/access-key.ts'
import { useInvalidate } from '../api/query.ts'
import { KeyAction } from '../caller-key/key-action.tsx'
import { callerKeyText as text } from '../message/en/caller-key.ts'
import { AccessKeyFields } from './access-key-fields.tsx'
import { accessKeyChange, accessKeyFieldsOf } from './access-key-form.ts'

interface ChangeAccessKeyProps {
  readonly accessKey: AccessKey
  readonly open: boolean
  readonly onClose: () => void
}

export function ChangeAccessKey({ accessKey, open, onClose }: ChangeAccessKeyProps): JSX.Element {
  const [before] = useState(() => accessKeyFieldsOf(accessKey))
  const [fields, setFields] = useState(before)
  const invalidate = useInvalidate()
  const act = async (): Promise<void> => {
    const change = accessKeyChange(before, fields)
    if (Object.keys(change).length === 0) return
    await updateAccessKey(accessKey.id, change)
    await invalidate(['access-keys'])
  }
  return (
    <KeyAction
      verb="change"
      name={accessKey.name}
      effect={text.effect.change}
      open={open}
      onClose={onClose}
      act={act}
      fields={<AccessKeyFields fields={fields} onChange={setFields} isNew={false} />}
    />
  )
}
