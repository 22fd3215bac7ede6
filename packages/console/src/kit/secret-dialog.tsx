import { type ReactNode, useId } from 'react'
import { kit } from '../message/en/kit.ts'
import { Button } from './button.tsx'
import { copyVerb, useCopying } from './copying.ts'
import { type DialogProps, DialogFrame } from './dialog.tsx'
import { Notice } from './notice.tsx'

interface SecretDialogProps extends Omit<DialogProps, 'children'> {
  readonly secret: string
  /** What it is: "API key". */
  readonly what: string
}

/** A secret, this once. It goes when somebody says that they have stored it, and not by Escape. */
export const SecretDialog = ({ open, ...shown }: SecretDialogProps): ReactNode => (open ? <Secret {...shown} /> : null)

function Secret({ title, onClose, secret, what }: Omit<SecretDialogProps, 'open'>): ReactNode {
  const id = useId()
  const [state, copy] = useCopying(secret)
  return (
    <DialogFrame title={title} onClose={onClose} isHeld>
      <div className="stack">
        <Notice tone="warning">{kit.secretOnce}</Notice>
        <div className="field">
          <label htmlFor={id}>{what}</label>
          <textarea
            id={id}
            className="mono secret"
            readOnly
            rows={Math.min(8, Math.ceil(secret.length / 48))}
            value={secret}
            onFocus={(event) => event.target.select()}
          />
          {state === 'failed' && <p className="fault">{kit.copyFailed}</p>}
        </div>
        <div className="buttons">
          <Button onClick={copy}>{copyVerb[state]}</Button>
          <Button tone="quiet" onClick={onClose}>
            {kit.secretKept}
          </Button>
        </div>
      </div>
    </DialogFrame>
  )
}
