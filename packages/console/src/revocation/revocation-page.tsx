import { type JSX, useEffect, useRef, useState } from 'react'
import { useInvalidate, useList } from '../api/query.ts'
import { readPropagation, readSummary } from '../api/revocation.ts'
import { listVerifiers } from '../api/verifier.ts'
import { Age, Button, Card, clock, Page, ProblemNotice } from '../kit/index.ts'
import { useTicking } from '../kit/tick.ts'
import { revocation as words } from '../message/en/revocation.ts'
import { midnightBefore, positionText } from './figure.ts'
import { LogTable } from './log-table.tsx'
import { PropagationCard } from './propagation-card.tsx'
import { RevocationTiles } from './revocation-tiles.tsx'
import { RevokeDialog } from './revoke-dialog.tsx'
import './revocation.css'

const HEAD_MS = 1000
const FIGURES_MS = 5000
const MINUTES = 60

/** The log as it grows, how fresh verifiers are, and how long a revocation takes to reach them all. */
export function RevocationPage(): JSX.Element {
  const [isRevoking, setRevoking] = useState(false)
  const summary = useList(['revocation', 'summary'], (signal) => readSummary(midnightBefore(clock.now()), signal), { liveMs: HEAD_MS })
  const verifiers = useList(['verifiers'], listVerifiers, { liveMs: FIGURES_MS })
  const propagation = useList(['revocation', 'propagation'], (signal) => readPropagation(MINUTES, signal), { liveMs: FIGURES_MS })
  useFollowedLog(summary.data?.head.position)
  return (
    <Page
      title={words.title}
      lead={<Lead position={summary.data?.head.position} updatedAt={summary.updatedAt} isStopped={summary.error !== undefined} />}
      actions={
        <Button tone="danger" onClick={() => setRevoking(true)}>
          {words.revoke}
        </Button>
      }
    >
      {summary.error !== undefined && <ProblemNotice error={summary.error} retry={summary.refetch} />}
      <RevocationTiles summary={summary.data} verifiers={verifiers.data} propagation={propagation.data} />
      <PropagationCard propagation={propagation.data} error={propagation.error} updatedAt={propagation.updatedAt} />
      <Card title={words.log} aside={words.logAside}>
        <LogTable />
      </Card>
      <RevokeDialog open={isRevoking} onClose={() => setRevoking(false)} />
    </Page>
  )
}

/** The list is loaded again when the log has moved, and a little later, when verifiers have told of it. */
function useFollowedLog(head: number | undefined): void {
  const invalidate = useInvalidate()
  const seen = useRef(head)
  useEffect(() => {
    const before = seen.current
    seen.current = head
    if (head === undefined || before === undefined || head === before) return
    const load = (): void => void Promise.all([invalidate(['revocation', 'log']), invalidate(['revocation', 'propagation'])])
    load()
    return clock.after(TOLD_MS, load)
  }, [head, invalidate])
}

/** By then verifiers that report have reported. */
const TOLD_MS = 2500

/** An answer that does not come is no error yet, and what is shown is not live. */
const LATE_MS = 5000

function Pulse({ updatedAt, isStopped }: Pick<LeadProps, 'updatedAt' | 'isStopped'>): JSX.Element {
  const isLate = useTicking((now) => (updatedAt !== undefined && now - updatedAt > LATE_MS ? 'late' : '')) !== ''
  const isLive = !isStopped && !isLate && updatedAt !== undefined
  return <span className={isLive ? 'live' : 'stopped'}>{isLive ? words.live : words.stopped}</span>
}

interface LeadProps {
  readonly position: number | undefined
  readonly updatedAt: number | undefined
  readonly isStopped: boolean
}

const Lead = ({ position, updatedAt, isStopped }: LeadProps): JSX.Element => (
  <>
    {position !== undefined && (
      <>
        {words.position} <span className="mono">{positionText(position)}</span> ·{' '}
      </>
    )}
    <Age since={updatedAt} /> · <Pulse updatedAt={updatedAt} isStopped={isStopped} />
  </>
)
