import { type FormEvent, type JSX, useEffect, useState } from 'react'
import { useSearchParams } from 'wouter'
import { Button, SelectField, TextField } from '../kit/index.ts'
import { audit } from '../message/en/audit.ts'
import { draftOf, isEmpty, type SelectionName, selectionOf, withDraft } from './selection.ts'

const text = audit.filter
const outcomes = [{ value: '', title: text.anyOutcome }, ...Object.entries(audit.outcomes).map(([value, title]) => ({ value, title }))]

/** What the server narrows the records by; the address of the page keeps it. */
export function SelectionForm(): JSX.Element {
  const [query, setQuery] = useSearchParams()
  const asked = query.toString()
  const [draft, setDraft] = useState(() => draftOf(selectionOf(query)))
  // Somebody went back, or followed a link to other records.
  useEffect(() => setDraft(draftOf(selectionOf(new URLSearchParams(asked)))), [asked])
  const set =
    (name: SelectionName): ((value: string) => void) =>
    (value) =>
      setDraft({ ...draft, [name]: value })
  const show = (event: FormEvent): void => {
    event.preventDefault()
    setQuery((now) => withDraft(now, draft))
  }
  return (
    <form className="stack" onSubmit={show} aria-label={text.legend}>
      <div className="field-row">
        <TextField label={text.actor} name="actor" hint={text.actorHint} value={draft.actor} onChange={set('actor')} />
        <TextField label={text.target} name="target" hint={text.targetHint} value={draft.target} onChange={set('target')} />
        <TextField label={text.operation} name="operation" hint={text.operationHint} value={draft.operation} onChange={set('operation')} />
        <SelectField label={text.outcome} name="outcome" value={draft.outcome} onChange={set('outcome')} options={outcomes} />
        <TextField label={text.from} name="from" hint={text.timeHint} type="datetime-local" value={draft.from} onChange={set('from')} />
        <TextField label={text.to} name="to" hint={text.timeHint} type="datetime-local" value={draft.to} onChange={set('to')} />
      </div>
      <div className="buttons">
        <Button type="submit" tone="quiet" compact>
          {text.show}
        </Button>
        {isEmpty(selectionOf(query)) ? null : (
          <Button tone="quiet" compact onClick={() => setQuery((now) => withDraft(now, draftOf({})))}>
            {text.clear}
          </Button>
        )}
      </div>
    </form>
  )
}
