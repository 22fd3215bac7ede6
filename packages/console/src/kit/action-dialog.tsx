import { type FormEvent, type ReactNode, useCallback, useEffect, useId, useRef, useState } from 'react'
import { Problem } from '../api/request.ts'
import { kit } from '../message/en/kit.ts'
import { Button } from './button.tsx'
import { confirmationAddress, onConfirmation } from './confirmation.ts'
import { type DialogProps, DialogFrame } from './dialog.tsx'
import { fieldName } from './field-fault.ts'
import { FormProblem } from './form-problem.ts'
import { Support } from './problem-notice.tsx'
import { remedyOf, sentenceOf } from './problem-text.ts'
import { say, timesSaid } from './say.ts'

interface ActionDialogProps extends Omit<DialogProps, 'children'> {
  /** What will have happened afterwards, with its count. */
  readonly effect: ReactNode
  readonly verb: string
  readonly tone?: 'accent' | 'danger' | undefined
  /** Does it. What it throws is shown, and what was typed stays. */
  readonly act: () => Promise<void>
  readonly fields?: ReactNode
}

/** A question with its answer: says what will happen, does it, and closes when it is done. */
export const ActionDialog = ({ open, ...action }: ActionDialogProps): ReactNode => (open ? <Action {...action} /> : null)

function Action({ title, onClose, effect, verb, tone = 'accent', act, fields }: Omit<ActionDialogProps, 'open'>): ReactNode {
  const [error, setError] = useState<unknown>()
  const [isBusy, setBusy] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  const effectId = useId()
  const isThere = useRef(true)
  useEffect(() => {
    isThere.current = true
    return () => {
      isThere.current = false
    }
  }, [])
  const perform = async (): Promise<void> => {
    setBusy(true)
    setError(undefined)
    const before = timesSaid()
    try {
      await act()
      // Whoever knows more than that has said it.
      if (timesSaid() === before) say(kit.done(title))
      // Whoever did not wait may have opened another one by now.
      if (isThere.current) onClose()
    } catch (thrown) {
      setError(thrown ?? new Error('nothing was thrown'))
      setBusy(false)
    }
  }
  const goOn = useCallback(() => {
    setError(undefined)
    form.current?.querySelector<HTMLElement>('[type=submit]')?.focus()
  }, [])
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (!isBusy) void perform()
  }
  return (
    <DialogFrame title={title} onClose={onClose}>
      <form ref={form} className="stack" noValidate onSubmit={submit} aria-describedby={effectId}>
        {error !== undefined && <Summary error={error} form={form} onConfirmed={goOn} />}
        <div id={effectId}>{effect}</div>
        <FormProblem value={error}>{fields}</FormProblem>
        <div className="buttons">
          <Button type="submit" tone={tone} busy={isBusy}>
            {isBusy ? kit.working : verb}
          </Button>
          <Button tone="quiet" onClick={onClose}>
            {kit.cancel}
          </Button>
        </div>
      </form>
    </DialogFrame>
  )
}

interface SummaryProps {
  readonly error: unknown
  readonly form: { readonly current: HTMLFormElement | null }
  readonly onConfirmed: () => void
}

/** What is wrong, on top: it takes the focus and leads to the fields. */
function Summary({ error, form, onConfirmed }: SummaryProps): ReactNode {
  const summary = useRef<HTMLDivElement>(null)
  useEffect(() => summary.current?.focus(), [error])
  const way = wayBackIn(error)
  return (
    <div ref={summary} className={`notice ${way === undefined ? 'danger' : 'warning'}`} role="alert" tabIndex={-1}>
      <strong>{way?.title ?? kit.failed}</strong>
      {way === undefined ? <p>{sentenceOf(error)}</p> : <WayBackIn way={way} onConfirmed={onConfirmed} />}
      {error instanceof Problem && <Faults error={error} form={form} />}
      {way === undefined && <Remedy error={error} />}
      <Support error={error} />
    </div>
  )
}

function Faults({ error, form }: { readonly error: Problem; readonly form: SummaryProps['form'] }): ReactNode {
  if (error.errors.length === 0) return null
  return (
    <ul>
      {error.errors.map(({ pointer, detail }) => (
        <li key={pointer + detail}>
          <button type="button" className="link" onClick={() => focusField(form.current, fieldName(pointer))}>
            {detail}
          </button>
        </li>
      ))}
    </ul>
  )
}

function focusField(form: HTMLFormElement | null, name: string): void {
  const field = form?.elements.namedItem(name)
  if (field instanceof HTMLElement) field.focus()
}

function Remedy({ error }: { readonly error: unknown }): ReactNode {
  const remedy = remedyOf(error, location)
  return remedy === undefined ? null : <a href={remedy.href}>{remedy.title}</a>
}

interface Way {
  readonly title: string
  readonly text: string
  readonly link: string
  readonly href: string
}

/** Where somebody signs in, or once more; undefined where that is not what is wrong. */
function wayBackIn(error: unknown): Way | undefined {
  if (!(error instanceof Problem) || error.status !== 401) return undefined
  const isStepUp = error.code === 'step_up_required'
  if (isStepUp) return { title: kit.stepUpTitle, text: kit.stepUpText, link: kit.stepUpLink, href: confirmationAddress() }
  return { title: kit.failed, text: kit.signedOutText, link: kit.signedOutLink, href: confirmationAddress(false) }
}

interface WayProps {
  readonly way: Way
  readonly onConfirmed: () => void
}

/** In another tab, so that nothing is lost here. */
function WayBackIn({ way, onConfirmed }: WayProps): ReactNode {
  useEffect(
    () =>
      onConfirmation(() => {
        onConfirmed()
        say(kit.confirmed)
      }),
    [onConfirmed],
  )
  return (
    <>
      <p>{way.text}</p>
      <p>
        <a className="button quiet compact" href={way.href} target="_blank" rel="noopener">
          {way.link}
        </a>
      </p>
    </>
  )
}
