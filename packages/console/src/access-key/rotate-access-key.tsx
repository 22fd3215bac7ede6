import { type JSX, useState } from 'react'
import { type AccessKey, type IssuedAccessKey, rotateAccessKey } from '../api/access-key.ts'
import { useInvalidate } from '../api/query.ts'
import { KeyAction } from '../caller-key/key-action.tsx'
import { SelectField } from '../kit/index.ts'
import { accessKeyText } from '../message/en/access-key.ts'
import { callerKeyText as text } from '../message/en/caller-key.ts'
import { MaterialFields } from './access-key-fields.tsx'
import { materialBody, noMaterial } from './access-key-form.ts'

const overlaps = ['0', '60', '600', '3600', '86400'] as const

interface RotateAccessKeyProps {
  readonly accessKey: AccessKey
  readonly open: boolean
  readonly onClose: () => void
  readonly onIssued: (issued: IssuedAccessKey) => void
}

export function RotateAccessKey({ accessKey, open, onClose, onIssued }: RotateAccessKeyProps): JSX.Element {
  const [overlap, setOverlap] = useState<string>('60')
  const [material, setMaterial] = useState(noMaterial)
  const invalidate = useInvalidate()
  const act = async (): Promise<void> => {
    onIssued(await rotateAccessKey(accessKey.id, { overlap_seconds: Number(overlap), ...materialBody(material) }))
    await invalidate(['access-keys'])
  }
  return (
    <KeyAction
      verb="rotate"
      name={accessKey.name}
      effect={accessKey.kind === 'public' ? accessKeyText.rotateEffectPublic : accessKeyText.rotateEffect}
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
          <MaterialFields material={material} onChange={setMaterial} kind={accessKey.kind} />
        </>
      }
    />
  )
}
