import { type JSX, useState } from 'react'
import { Link, useLocation, useParams } from 'wouter'
import { useList } from '../api/query.ts'
import { readEndpoint, type WebhookBacklog } from '../api/webhook.ts'
import { Age, Button, Menu, Page, ProblemNotice, Skeleton } from '../kit/index.ts'
import { endpoint as text } from '../message/en/webhook.ts'
import { Deliveries } from './deliveries.tsx'
import { type EndpointActionName, EndpointActions } from './endpoint-action.tsx'
import { EndpointOverview } from './endpoint-overview.tsx'
import { type EndpointTest, TestResult, useEndpointTest } from './endpoint-test.tsx'

const LIVE_MS = 2000

/** One endpoint: what it is told, how it does, and everything that can be done with it. */
export function WebhookPage(): JSX.Element {
  const { id } = useParams<{ id: string }>()
  const [chosen, setChosen] = useState<EndpointActionName>()
  // What is about to be removed is not asked for any more.
  const { data, error, updatedAt, refetch } = useList(['webhook', id], (signal) => readEndpoint(id, signal), {
    liveMs: LIVE_MS,
    enabled: chosen !== 'remove',
  })
  const test = useEndpointTest(id)
  const [, navigate] = useLocation()
  return (
    <Page
      title={data?.webhook_endpoint.url ?? id}
      lead={
        <>
          <Link href="/console/webhooks">{text.back}</Link> · {text.updated} <Age since={updatedAt} />
        </>
      }
      actions={data === undefined ? undefined : <EndpointButtons backlog={data} test={test} onChoose={setChosen} />}
    >
      {error === undefined ? null : <ProblemNotice error={error} retry={refetch} />}
      {data === undefined ? (
        error === undefined && <Skeleton lines={8} />
      ) : (
        <>
          <TestResult test={test} />
          <EndpointOverview backlog={data} />
          <Deliveries backlog={data} />
          <EndpointActions
            backlog={data}
            chosen={chosen}
            onClose={() => setChosen(undefined)}
            onRemoved={() => navigate('/console/webhooks')}
          />
        </>
      )}
    </Page>
  )
}

interface EndpointButtonsProps {
  readonly backlog: WebhookBacklog
  readonly test: EndpointTest
  readonly onChoose: (name: EndpointActionName) => void
}

function EndpointButtons({ backlog: { webhook_endpoint: endpoint }, test, onChoose }: EndpointButtonsProps): JSX.Element {
  const { status, signature } = endpoint
  const item = (title: string, name: EndpointActionName): { title: string; onSelect: () => void } => ({
    title,
    onSelect: () => onChoose(name),
  })
  const items = [
    item(text.change, 'change'),
    ...(signature === 'v1' ? [item(text.rotate, 'rotate')] : []),
    ...(status === 'enabled' ? [] : [item(text.enable, 'enabled')]),
    ...(status === 'enabled' ? [item(text.pause, 'paused')] : []),
    ...(status === 'disabled' ? [] : [{ ...item(text.disable, 'disabled'), tone: 'danger' as const }]),
    { ...item(text.remove, 'remove'), tone: 'danger' as const },
  ]
  return (
    <>
      <Button tone="quiet" busy={test.isBusy} onClick={test.send}>
        {text.test}
      </Button>
      <Menu label={text.menu} items={items} />
    </>
  )
}
