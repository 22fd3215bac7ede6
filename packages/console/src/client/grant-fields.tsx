import type { JSX } from 'react'
import { CheckField } from '../kit/index.ts'
import { clients } from '../message/en/client.ts'
import { grantName } from './client.ts'

interface GrantFieldsProps {
  readonly legend: string
  /** As the body names them. */
  readonly name: string
  readonly chosen: readonly string[]
  readonly onChange: (chosen: readonly string[]) => void
}

/** Ways to get tokens: those that are known, and those that are chosen already. */
export function GrantFields({ legend, name, chosen, onChange }: GrantFieldsProps): JSX.Element {
  const offered = [...new Set([...Object.keys(clients.grants), ...chosen])]
  return (
    <fieldset className="field">
      <legend>{legend}</legend>
      {offered.map((grant, index) => (
        <CheckField
          key={grant}
          label={grantName(grant)}
          name={index === 0 ? name : `${name}-${grant}`}
          checked={chosen.includes(grant)}
          onChange={(isChosen) => onChange(isChosen ? [...chosen, grant] : chosen.filter((each) => each !== grant))}
        />
      ))}
    </fieldset>
  )
}
