import { type JSX, useState } from 'react'
import { useInvalidate, useList } from '../api/query.ts'
import { previewKeyRevocation, revokeSigningKey, rotateSigningKeys, type SigningKey } from '../api/signing-key.ts'
import { ActionDialog, ProblemNotice, say, SelectField } from '../kit/index.ts'
import { keyAction } from '../message/en/signing-key.ts'
import { previewText, purposeName, purposesOf, revokeEffect, rotateEffect } from './ring.ts'

/** By what the ring is loaded. */
export const KEYS: readonly string[] = ['signing-keys']

interface RotateDialogProps {
  readonly keys: readonly SigningKey[]
  readonly open: boolean
  readonly onClose: () => void
}

/** The next key signs, and nothing is refused. */
export function RotateDialog({ keys, open, onClose }: RotateDialogProps): JSX.Element {
  const [purpose, setPurpose] = useState('access-token')
  const invalidate = useInvalidate()
  const act = async (): Promise<void> => {
    await rotateSigningKeys(purpose)
    say(keyAction.rotated(purposeName(purpose)))
    await invalidate(KEYS)
  }
  const options = purposesOf(keys).map((value) => ({ value, title: purposeName(value) }))
  return (
    <ActionDialog
      open={open}
      onClose={onClose}
      title={keyAction.rotateTitle}
      effect={rotateEffect(keys, purpose)}
      verb={keyAction.rotateVerb}
      act={act}
      fields={<SelectField label={keyAction.purpose} name="purpose" value={purpose} onChange={setPurpose} options={options} />}
    />
  )
}

interface RevokeDialogProps {
  readonly signingKey: SigningKey | undefined
  readonly onClose: () => void
}

/** Says before what ends with the key, as far as the server can count it. */
export function RevokeDialog({ signingKey, onClose }: RevokeDialogProps): JSX.Element {
  const invalidate = useInvalidate()
  const act = async (): Promise<void> => {
    if (signingKey === undefined) return
    await revokeSigningKey(signingKey.kid)
    say(keyAction.revoked(signingKey.kid))
    await invalidate(KEYS)
  }
  return (
    <ActionDialog
      open={signingKey !== undefined}
      onClose={onClose}
      title={keyAction.revokeTitle}
      effect={signingKey === undefined ? '' : <RevokeEffect signingKey={signingKey} />}
      verb={keyAction.revokeVerb}
      tone="danger"
      act={act}
    />
  )
}

function RevokeEffect({ signingKey }: { readonly signingKey: SigningKey }): JSX.Element {
  const { data, error } = useList(['signing-key-preview', signingKey.kid], (signal) => previewKeyRevocation(signingKey.kid, signal), {
    isFresh: true,
  })
  return (
    <>
      <p>{revokeEffect(signingKey)}</p>
      <p>
        {data === undefined ? '' : previewText(data)} {keyAction.noWayBack}
      </p>
      <ProblemNotice error={error} />
    </>
  )
}
