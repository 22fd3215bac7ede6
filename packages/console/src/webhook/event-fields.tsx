import type { JSX } from 'react'
import { listEventTypes } from '../api/webhook.ts'
import { useList } from '../api/query.ts'
import { CheckField, Notice, ProblemNotice, Skeleton } from '../kit/index.ts'
import { endpointForm as text } from '../message/en/webhook.ts'
import type { EndpointDraft } from './endpoint-draft.ts'
import { eventGroups, offeredTypes, withEvent } from './event-choice.ts'

interface EventFieldsProps {
  readonly draft: EndpointDraft
  readonly onChange: (draft: EndpointDraft) => void
}

/** Which events an endpoint is told of. */
export function EventFields({ draft, onChange }: EventFieldsProps): JSX.Element {
  return (
    <fieldset className="field">
      <legend>{text.events}</legend>
      <CheckField label={text.all} name="events" checked={draft.isAll} onChange={(isAll) => onChange({ ...draft, isAll })} />
      {draft.isAll ? null : <TypeFields draft={draft} onChange={onChange} />}
    </fieldset>
  )
}

function TypeFields({ draft, onChange }: EventFieldsProps): JSX.Element {
  const { data, error, refetch } = useList(['webhook-event-types'], listEventTypes)
  if (error !== undefined) return <ProblemNotice error={error} retry={refetch} />
  if (data === undefined) return <Skeleton lines={6} />
  const offered = offeredTypes(data, draft.events)
  if (offered.length === 0) return <Notice tone="warning">{text.noTypes}</Notice>
  return (
    <>
      <p className="soft small">{text.chosen(draft.events.length)}</p>
      <div className="choice-list" role="group" aria-label={text.events} tabIndex={0}>
        {eventGroups(offered).map((group) => (
          <fieldset key={group.name}>
            <legend className="mono">{group.name}</legend>
            {group.types.map(({ name, summary }) => (
              <CheckField
                key={name}
                label={name}
                name={name}
                hint={summary}
                checked={draft.events.includes(name)}
                onChange={(isChosen) => onChange({ ...draft, events: withEvent(draft.events, name, isChosen) })}
              />
            ))}
          </fieldset>
        ))}
      </div>
    </>
  )
}
