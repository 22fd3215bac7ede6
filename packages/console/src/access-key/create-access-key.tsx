import { type JSX, useState } from 'react'
import { createAccessKey, type IssuedAccessKey } from '../api/access-key.ts'
import { useInvalidate } from '../api/query.ts'
import { noOwner, resolveOwner } from '../caller-key/owner-choice.ts'
import { OwnerFields } from '../caller-key/owner-fields.tsx'
import { useServices } from '../caller-key/use-services.ts'
import { ActionDialog } from '../kit/index.ts'
import { accessKeyText as text } from '../message/en/access-key.ts'
import { callerKeyText } from '../message/en/caller-key.ts'
import { AccessKeyFields, MaterialFields } from './access-key-fields.tsx'
import { newAccessKeyBody, newAccessKeyFields, noMaterial } from './access-key-form.ts'

interface CreateAccessKeyProps {
  readonly open: boolean
  readonly onClose: () => void
  readonly onIssued: (issued: IssuedAccessKey) => void
}

export function CreateAccessKey({ open, onClose, onIssued }: CreateAccessKeyProps): JSX.Element {
  const [fields, setFields] = useState(newAccessKeyFields)
  const [owner, setOwner] = useState(noOwner)
  const [material, setMaterial] = useState(noMaterial)
  const services = useServices()
  const invalidate = useInvalidate()
  const act = async (): Promise<void> => {
    onIssued(await createAccessKey(newAccessKeyBody(fields, material, await resolveOwner(owner))))
    await invalidate(['access-keys'])
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
          <AccessKeyFields fields={fields} onChange={setFields} isNew />
          <MaterialFields material={material} onChange={setMaterial} />
        </>
      }
    />
  )
}
