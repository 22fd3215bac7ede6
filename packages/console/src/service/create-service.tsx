import { type JSX, useState } from 'react'
import { useInvalidate } from '../api/query.ts'
import { createService, type IssuedService } from '../api/service.ts'
import { ActionDialog, TextField } from '../kit/index.ts'
import { serviceText } from '../message/en/service.ts'

const text = serviceText.create

interface CreateServiceProps {
  readonly open: boolean
  readonly onClose: () => void
  readonly onIssued: (issued: IssuedService) => void
}

export function CreateService({ open, onClose, onIssued }: CreateServiceProps): JSX.Element {
  const [name, setName] = useState('')
  const invalidate = useInvalidate()
  const act = async (): Promise<void> => {
    onIssued(await createService(name))
    await invalidate(['services'])
  }
  return (
    <ActionDialog
      open={open}
      onClose={onClose}
      title={text.title}
      effect={text.effect}
      verb={text.verb}
      act={act}
      fields={<TextField label={text.name} name="name" hint={text.nameHint} required value={name} onChange={setName} />}
    />
  )
}
