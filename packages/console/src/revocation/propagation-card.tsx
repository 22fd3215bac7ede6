import { type JSX, lazy, Suspense } from 'react'
import type { Propagation } from '../api/revocation.ts'
import { Card, ProblemNotice, Skeleton } from '../kit/index.ts'
import { revocation as words } from '../message/en/revocation.ts'

const PropagationChart = lazy(async () => ({ default: (await import('./propagation-chart.tsx')).PropagationChart }))

interface CardProps {
  readonly propagation: Propagation | undefined
  readonly error: Error | undefined
  readonly updatedAt: number | undefined
}

/** Until verifiers refused what was revoked, over the last hour. */
export const PropagationCard = ({ propagation, error, updatedAt }: CardProps): JSX.Element => (
  <Card title={words.chart} aside={words.chartAside}>
    <div className="chart">
      {error !== undefined && propagation === undefined && <ProblemNotice error={error} />}
      {propagation === undefined && error === undefined && <Skeleton lines={6} />}
      {propagation?.samples === 0 && <p className="soft">{words.chartEmpty}</p>}
      {propagation !== undefined && propagation.samples > 0 && updatedAt !== undefined && (
        <Suspense fallback={<Skeleton lines={6} />}>
          <PropagationChart propagation={propagation} now={updatedAt} />
        </Suspense>
      )}
    </div>
  </Card>
)
