import { type JSX, useState } from 'react'
import { useInvalidate } from '../api/query.ts'
import type { WebhookBacklog } from '../api/webhook.ts'
import { replayDeliveries } from '../api/webhook-delivery.ts'
import { ActionDialog, say, SelectField } from '../kit/index.ts'
import { isoOfLocal } from '../kit/local-time.ts'
import { delivery as text } from '../message/en/webhook.ts'
import { PeriodFields } from './period-fields.tsx'

interface ReplayDialogProps {
  readonly backlog: WebhookBacklog
  readonly open: boolean
  readonly onClose: () => void
  /** Told, as a sentence, what will be sent again. */
  readonly onReplayed: (said: string) => void
}

const everything = { state: 'dead', since: '', until: '' }
const which = text.whichOptions.map(([value, title]) => ({ value, title }))

/** Sends again what was given up, or delivered: all of it, or what was made in some time. */
export function ReplayDialog({ backlog, open, onClose, onReplayed }: ReplayDialogProps): JSX.Element {
  const { id } = backlog.webhook_endpoint
  const [{ state, since, until }, setChosen] = useState(everything)
  const invalidate = useInvalidate()
  const act = async (): Promise<void> => {
    // What was not given is not sent.
    const period = { since: isoOfLocal(since), until: isoOfLocal(until) }
    const { replayed, more } = await replayDeliveries({ endpoint: id, state, ...period })
    setChosen(everything)
    const said = text.replayedSome(replayed, more)
    say(said)
    onReplayed(said)
    await Promise.all([invalidate(['webhook', id]), invalidate(['webhook-deliveries', id])])
  }
  return (
    <ActionDialog
      open={open}
      onClose={onClose}
      title={text.replayAllTitle}
      effect={state === 'dead' ? text.replayDead(backlog.dead) : text.replayDelivered}
      verb={text.replayAllVerb}
      act={act}
      fields={
        <>
          <SelectField
            label={text.which}
            name="state"
            value={state}
            onChange={(chosen) => setChosen({ state: chosen, since, until })}
            options={which}
          />
          <PeriodFields since={since} until={until} onChange={(name, local) => setChosen({ state, since, until, [name]: local })} />
        </>
      }
    />
  )
}
