import { type JSX, useState } from 'react'
import { useInvalidate, useList } from '../api/query.ts'
import { readDelivery, replayDelivery, type WebhookDelivery } from '../api/webhook-delivery.ts'
import { ActionDialog, Badge, Button, Dialog, Facts, Id, Moment, ProblemNotice, say, Skeleton } from '../kit/index.ts'
import { delivery as text } from '../message/en/webhook.ts'
import { deliveryTone, outcomeName, readable } from './endpoint.ts'

const LIVE_MS = 2000

interface DeliveryDialogProps {
  /** Undefined: none is looked at. */
  readonly id: string | undefined
  readonly endpoint: string
  /** One that is disabled is sent nothing again. */
  readonly canReplay: boolean
  readonly onClose: () => void
}

/** One delivery: how often it was tried, what came of it, and the very text that is sent. */
export function DeliveryDialog({ id, endpoint, canReplay, onClose }: DeliveryDialogProps): JSX.Element {
  const { data, error, refetch } = useList(['webhook-delivery', id], (signal) => readDelivery(id ?? '', signal), {
    liveMs: LIVE_MS,
    enabled: id !== undefined,
  })
  const [isReplaying, setReplaying] = useState(false)
  const invalidate = useInvalidate()
  const shown = data?.webhook_delivery
  const act = async (): Promise<void> => {
    await replayDelivery(id ?? '')
    say(text.replayed)
    await Promise.all([
      invalidate(['webhook-delivery', id]),
      invalidate(['webhook-deliveries', endpoint]),
      invalidate(['webhook', endpoint]),
    ])
  }
  return (
    <>
      <Dialog title={shown?.type ?? text.title} open={id !== undefined} onClose={onClose}>
        {error === undefined ? null : <ProblemNotice error={error} retry={refetch} />}
        {data === undefined || shown === undefined ? (
          error === undefined && <Skeleton lines={6} />
        ) : (
          <div className="stack">
            <DeliveryFacts delivery={shown} />
            <h3>{text.payload}</h3>
            <pre className="payload" tabIndex={0} aria-label={text.payload}>
              {readable(data.payload)}
            </pre>
            <div className="buttons">
              {canReplay ? <Button onClick={() => setReplaying(true)}>{text.replay}</Button> : <p>{text.enableFirst}</p>}
              <Button tone="quiet" onClick={onClose}>
                {text.close}
              </Button>
            </div>
          </div>
        )}
      </Dialog>
      <ActionDialog
        open={isReplaying}
        onClose={() => setReplaying(false)}
        title={text.replayTitle}
        effect={text.replayEffect(shown?.type ?? '')}
        verb={text.replay}
        act={act}
      />
    </>
  )
}

function DeliveryFacts({ delivery }: { readonly delivery: WebhookDelivery }): JSX.Element {
  const { columns } = text
  return (
    <Facts
      items={[
        [columns.id, <Id value={delivery.id} />],
        [columns.state, <Badge tone={deliveryTone(delivery.state)}>{text.states[delivery.state] ?? delivery.state}</Badge>],
        [columns.attempts, delivery.attempts],
        [columns.outcome, delivery.outcome === null ? text.none : outcomeName(delivery.outcome)],
        [columns.created, <Moment at={delivery.created_at} />],
        ...(delivery.due_at === null ? [] : [[columns.due, <Moment at={delivery.due_at} />] as const]),
        ...(delivery.settled_at === null ? [] : [[columns.settled, <Moment at={delivery.settled_at} />] as const]),
      ]}
    />
  )
}
