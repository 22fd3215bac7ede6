import { type JSX, useState } from 'react'
import { type AuditFinding, type AuditHead, type AuditVerification, readAuditHead, verifyAudit } from '../api/audit.ts'
import { useInvalidate, useList } from '../api/query.ts'
import {
  ActionDialog,
  Button,
  Card,
  clock,
  type Column,
  DataTable,
  Facts,
  Id,
  Moment,
  Notice,
  ProblemNotice,
  say,
  Skeleton,
  TextField,
} from '../kit/index.ts'
import { download, fileName } from '../kit/download.ts'
import { auditChain as text } from '../message/en/audit.ts'
import { checkpointOf, findingText, notACheckpoint, placeOf, verificationText } from './verification.ts'

const HEAD = ['audit-head']

/** The end of the chain, to be kept elsewhere, and whether all of it is as it was written. */
export function ChainCard(): JSX.Element {
  const { data, error, refetch } = useList(HEAD, readAuditHead)
  const [isVerifying, setVerifying] = useState(false)
  const [result, setResult] = useState<AuditVerification>()
  return (
    <Card
      title={text.title}
      aside={
        <Button tone="quiet" compact onClick={() => setVerifying(true)}>
          {text.verify}
        </Button>
      }
    >
      <div className="stack">
        {result === undefined ? null : <Verification result={result} />}
        {error === undefined ? null : <ProblemNotice error={error} retry={refetch} />}
        {data === undefined ? error === undefined && <Skeleton lines={3} /> : <Head head={data} />}
      </div>
      <VerifyDialog open={isVerifying} onClose={() => setVerifying(false)} onResult={setResult} />
    </Card>
  )
}

function Head({ head }: { readonly head: AuditHead }): JSX.Element {
  if (head.position === 0) return <p>{text.empty}</p>
  return (
    <>
      <Facts
        items={[
          [text.head.position, head.position],
          [text.head.hash, <Id value={head.hash} />],
          [text.head.seal, <Id value={head.seal} />],
          [text.head.at, <Moment at={head.at} />],
        ]}
      />
      <p className="soft small">{text.checkpointHint}</p>
      <Button
        tone="quiet"
        compact
        onClick={() => download(fileName('audit-checkpoint', clock.now(), 'json'), 'application/json', `${JSON.stringify(head)}\n`)}
      >
        {text.download}
      </Button>
    </>
  )
}

const findingColumns: readonly Column<AuditFinding>[] = [
  {
    id: 'position',
    title: text.columns.position,
    numeric: true,
    cell: placeOf,
    text: placeOf,
    order: ({ position }) => position,
  },
  { id: 'kind', title: text.columns.kind, cell: ({ kind }) => <span className="mono">{kind}</span>, text: ({ kind }) => kind },
  { id: 'what', title: text.columns.what, wide: true, cell: findingText, text: findingText },
]

function Verification({ result }: { readonly result: AuditVerification }): JSX.Element {
  return (
    <>
      <Notice tone={result.intact ? 'info' : 'danger'} title={result.intact ? text.intactTitle : text.tamperedTitle}>
        {verificationText(result)}
      </Notice>
      {result.intact ? null : (
        <DataTable
          id="audit-findings"
          caption={text.findingsCaption}
          columns={findingColumns}
          rows={result.findings}
          keyOf={(finding) => `${finding.kind} ${finding.position}`}
          empty={text.noFindings}
        />
      )}
    </>
  )
}

interface VerifyDialogProps {
  readonly open: boolean
  readonly onClose: () => void
  readonly onResult: (result: AuditVerification) => void
}

function VerifyDialog({ open, onClose, onResult }: VerifyDialogProps): JSX.Element {
  const [checkpoint, setCheckpoint] = useState('')
  const invalidate = useInvalidate()
  const kept = checkpointOf(checkpoint)
  const act = async (): Promise<void> => {
    if (kept === null) throw notACheckpoint()
    const result = await verifyAudit(kept)
    onResult(result)
    say(`${result.intact ? text.intactTitle : text.tamperedTitle}. ${verificationText(result)}`)
    await invalidate(HEAD)
  }
  return (
    <ActionDialog
      open={open}
      onClose={onClose}
      title={text.verifyTitle}
      effect={text.verifyEffect}
      verb={text.verifyVerb}
      act={act}
      fields={
        <TextField
          label={text.checkpoint}
          name="checkpoint"
          hint={text.checkpointFieldHint}
          multiline
          value={checkpoint}
          onChange={setCheckpoint}
        />
      }
    />
  )
}
