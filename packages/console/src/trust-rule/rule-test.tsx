import { type JSX, useState } from 'react'
import type { Service } from '../api/service.ts'
import { type RuleFinding, testTrustRules } from '../api/trust-rule.ts'
import { ActionDialog, Badge, Button, Card, type Column, DataTable, Notice, say, TextField } from '../kit/index.ts'
import { ruleTest as text } from '../message/en/trust-rule.ts'
import { serviceName } from './rule-dialogs.tsx'
import { rulePath, verdictOf } from './rule.ts'

interface TestDialogProps {
  readonly onClose: () => void
  readonly onResult: (findings: readonly RuleFinding[]) => void
}

/** A token that is pasted, held against the rules. */
export function TestDialog({ onClose, onResult }: TestDialogProps): JSX.Element {
  const [assertion, setAssertion] = useState('')
  const act = async (): Promise<void> => {
    const findings = await testTrustRules(assertion.trim())
    onResult(findings)
    const verdict = verdictOf(findings)
    say(`${verdict.title}. ${verdict.text}`)
  }
  return (
    <ActionDialog
      open
      onClose={onClose}
      title={text.title}
      effect={text.effect}
      verb={text.verb}
      act={act}
      fields={
        <TextField label={text.token} name="assertion" hint={text.tokenHint} multiline required value={assertion} onChange={setAssertion} />
      }
    />
  )
}

const columnsOf = (services: readonly Service[] | undefined): readonly Column<RuleFinding>[] => [
  { id: 'rule', title: text.columns.rule, cell: ({ name }) => name, text: ({ name }) => name },
  {
    id: 'verdict',
    title: text.columns.verdict,
    cell: ({ accepts }) => <Badge tone={accepts ? 'live' : 'danger'}>{accepts ? text.takes : text.refuses}</Badge>,
    text: ({ accepts }) => (accepts ? text.takes : text.refuses),
  },
  {
    id: 'problem',
    title: text.columns.problem,
    wide: true,
    cell: ({ problem }) => (problem === null ? text.fits : <span className="mono">{problem}</span>),
    text: ({ problem }) => problem ?? '',
  },
  {
    id: 'service',
    title: text.columns.service,
    cell: ({ service }) => serviceName(service, services),
    text: ({ service }) => serviceName(service, services),
  },
]

interface TestResultProps {
  readonly findings: readonly RuleFinding[]
  readonly services: readonly Service[] | undefined
  readonly onForget: () => void
}

export function TestResult({ findings, services, onForget }: TestResultProps): JSX.Element {
  const verdict = verdictOf(findings)
  return (
    <Card
      title={text.result}
      aside={
        <Button tone="quiet" compact onClick={onForget}>
          {text.again}
        </Button>
      }
    >
      <div className="stack">
        <Notice tone={verdict.isTaken ? 'info' : 'warning'} title={verdict.title}>
          {verdict.text}
        </Notice>
        <DataTable
          id="trust-rule-findings"
          caption={text.caption}
          columns={columnsOf(services)}
          rows={findings}
          keyOf={({ rule }) => rule}
          href={({ rule }) => rulePath(rule)}
          empty={text.empty}
        />
      </div>
    </Card>
  )
}
