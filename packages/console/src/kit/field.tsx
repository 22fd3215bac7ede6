import { type HTMLInputTypeAttribute, type InputHTMLAttributes, type ReactNode, useId } from 'react'
import { useFault } from './form-problem.ts'

interface FieldProps {
  readonly label: string
  /** As the body names it: the server's sentence about `/name` stands at it. */
  readonly name: string
  readonly hint?: string | undefined
}

/** What a control has to say of itself. */
interface Wiring {
  readonly id: string
  readonly name: string
  readonly 'aria-describedby': string | undefined
  readonly 'aria-invalid': true | undefined
}

function useWiring({ name, hint }: FieldProps): { readonly wiring: Wiring; readonly fault: string | undefined } {
  const id = useId()
  const fault = useFault(name)
  const describedBy = [hint === undefined ? '' : `${id}-hint`, fault === undefined ? '' : `${id}-fault`].filter(Boolean).join(' ')
  return {
    fault,
    wiring: {
      id,
      name,
      'aria-describedby': describedBy === '' ? undefined : describedBy,
      'aria-invalid': fault === undefined ? undefined : true,
    },
  }
}

/** Hint and fault, below the control. */
const Below = ({
  id,
  hint,
  fault,
}: {
  readonly id: string
  readonly hint: string | undefined
  readonly fault: string | undefined
}): ReactNode => (
  <>
    {hint !== undefined && (
      <p className="hint" id={`${id}-hint`}>
        {hint}
      </p>
    )}
    {fault !== undefined && (
      <p className="fault" id={`${id}-fault`}>
        {fault}
      </p>
    )}
  </>
)

interface TextFieldProps extends FieldProps {
  readonly type?: HTMLInputTypeAttribute | undefined
  readonly value: string
  readonly onChange: (value: string) => void
  readonly autoComplete?: string | undefined
  readonly inputMode?: NonNullable<InputHTMLAttributes<HTMLInputElement>['inputMode']> | undefined
  readonly required?: boolean | undefined
  readonly multiline?: boolean | undefined
}

export function TextField(field: TextFieldProps): ReactNode {
  const { label, hint, type = 'text', value, onChange, autoComplete = 'off', inputMode, required, multiline = false } = field
  const { wiring, fault } = useWiring(field)
  const own = { ...wiring, value, autoComplete, 'aria-required': required, spellCheck: false }
  return (
    <div className="field">
      <label htmlFor={wiring.id}>{label}</label>
      {multiline ? (
        <textarea {...own} rows={4} onChange={(event) => onChange(event.target.value)} />
      ) : (
        <input {...own} type={type} inputMode={inputMode} onChange={(event) => onChange(event.target.value)} />
      )}
      <Below id={wiring.id} hint={hint} fault={fault} />
    </div>
  )
}

interface SelectFieldProps extends FieldProps {
  readonly value: string
  readonly onChange: (value: string) => void
  readonly options: readonly { readonly value: string; readonly title: string }[]
}

export function SelectField(field: SelectFieldProps): ReactNode {
  const { label, hint, value, onChange, options } = field
  const { wiring, fault } = useWiring(field)
  return (
    <div className="field">
      <label htmlFor={wiring.id}>{label}</label>
      <select {...wiring} value={value} onChange={(event) => onChange(event.target.value)}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.title}
          </option>
        ))}
      </select>
      <Below id={wiring.id} hint={hint} fault={fault} />
    </div>
  )
}

interface CheckFieldProps extends FieldProps {
  readonly checked: boolean
  readonly onChange: (checked: boolean) => void
}

export function CheckField(field: CheckFieldProps): ReactNode {
  const { label, hint, checked, onChange } = field
  const { wiring, fault } = useWiring(field)
  return (
    <div className="field">
      <label className="check" htmlFor={wiring.id}>
        <input {...wiring} type="checkbox" checked={checked} onChange={(event) => onChange(event.target.checked)} />
        {label}
      </label>
      <Below id={wiring.id} hint={hint} fault={fault} />
    </div>
  )
}
