import type { JSX } from 'react'
import { TextField } from '../kit/index.ts'
import { delivery as text } from '../message/en/webhook.ts'

interface PeriodFieldsProps {
  /** As a field for date and time holds them: in the time of this browser. */
  readonly since: string
  readonly until: string
  readonly onChange: (name: 'since' | 'until', local: string) => void
}

/** From when to when something was made. */
export function PeriodFields({ since, until, onChange }: PeriodFieldsProps): JSX.Element {
  return (
    <div className="field-row">
      <TextField label={text.since} name="since" type="datetime-local" value={since} onChange={(local) => onChange('since', local)} />
      <TextField label={text.until} name="until" type="datetime-local" value={until} onChange={(local) => onChange('until', local)} />
    </div>
  )
}
