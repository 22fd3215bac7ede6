import type { JSX } from 'react'
import { readMail } from '../api/mail.ts'
import { useList } from '../api/query.ts'
import { Button, Dialog, Facts, Id, Moment, ProblemNotice, Skeleton } from '../kit/index.ts'
import { mails } from '../message/en/mail.ts'

const text = mails.open

interface MailDialogProps {
  /** Undefined: none is read. */
  readonly id: string | undefined
  readonly onClose: () => void
}

/** One mail of the outbox. Its HTML form is shown as what it is made of: what others have written is never part of this page. */
export function MailDialog({ id, onClose }: MailDialogProps): JSX.Element {
  const { data, error, refetch } = useList(['mail', id], (signal) => readMail(id ?? '', signal), { enabled: id !== undefined })
  return (
    <Dialog title={data?.subject ?? mails.title} open={id !== undefined} onClose={onClose}>
      <div className="stack">
        {error === undefined ? null : <ProblemNotice error={error} retry={refetch} />}
        {data === undefined ? (
          error === undefined && <Skeleton lines={8} />
        ) : (
          <>
            <Facts
              items={[
                [text.to, data.to],
                [text.template, data.template],
                [text.created, <Moment at={data.created_at} />],
                [text.id, <Id value={data.id} />],
              ]}
            />
            <pre className="payload" tabIndex={0} aria-label={text.text}>
              {data.text}
            </pre>
            <details>
              <summary>{text.html}</summary>
              <pre className="payload" tabIndex={0} aria-label={text.html}>
                {data.html}
              </pre>
            </details>
          </>
        )}
        <div className="buttons">
          <Button tone="quiet" onClick={onClose}>
            {text.close}
          </Button>
        </div>
      </div>
    </Dialog>
  )
}
