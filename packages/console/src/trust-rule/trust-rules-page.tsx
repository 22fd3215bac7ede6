import { type JSX, useState } from 'react'
import { useSearchParams } from 'wouter'
import { useList } from '../api/query.ts'
import type { Service } from '../api/service.ts'
import { listTrustRules, type RuleFinding, type TrustRule } from '../api/trust-rule.ts'
import { useServices } from '../caller-key/use-services.ts'
import { Button, type Column, DataTable, type Filter, Id, Moment, Page } from '../kit/index.ts'
import { withMember } from '../kit/table-address.ts'
import { trustRule, trustRules as text } from '../message/en/trust-rule.ts'
import { AddRule, LookAtRule, RemoveRule, RULES, serviceName } from './rule-dialogs.tsx'
import { TestDialog, TestResult } from './rule-test.tsx'
import { claimTexts, countsText } from './rule.ts'

const RULE = 'rule'

const { facts } = trustRule

const claimsText = (rule: TrustRule): string => claimTexts(rule).join(' ')
const audienceText = ({ audience }: TrustRule): string => audience.join(' ')

const columnsOf = (services: readonly Service[] | undefined): readonly Column<TrustRule>[] => [
  { id: 'name', title: text.columns.name, cell: ({ name }) => name, text: ({ name }) => name },
  { id: 'id', title: text.columns.id, cell: ({ id }) => <Id value={id} />, text: ({ id }) => id, hidden: true },
  {
    id: 'issuer',
    title: text.columns.issuer,
    wide: true,
    cell: ({ issuer }) => <span className="break">{issuer}</span>,
    text: ({ issuer }) => issuer,
  },
  {
    id: 'subject',
    title: text.columns.subject,
    wide: true,
    cell: ({ subject }) => <span className="mono break">{subject}</span>,
    text: ({ subject }) => subject,
  },
  {
    id: 'service',
    title: text.columns.service,
    cell: ({ service }) => serviceName(service, services),
    text: ({ service }) => serviceName(service, services),
  },
  {
    id: 'scopes',
    title: text.columns.scopes,
    cell: ({ scopes }) => <span className="mono">{scopes.join(' ')}</span>,
    text: ({ scopes }) => scopes.join(' '),
  },
  { id: 'claims', title: facts.claims, cell: claimsText, text: claimsText, hidden: true },
  {
    id: 'assertion_audience',
    title: facts.audience,
    cell: (rule) => rule.assertion_audience,
    text: (rule) => rule.assertion_audience ?? '',
    hidden: true,
  },
  { id: 'audience', title: facts.our, cell: audienceText, text: audienceText, hidden: true },
  {
    id: 'token_seconds',
    title: facts.life,
    numeric: true,
    cell: (rule) => rule.token_seconds,
    text: (rule) => String(rule.token_seconds),
    hidden: true,
  },
  { id: 'use', title: text.columns.use, cell: countsText, text: countsText, hidden: true },
  { id: 'created', title: text.columns.created, cell: (rule) => <Moment at={rule.created_at} />, text: (rule) => rule.created_at },
]

const optionsOf = (
  values: readonly string[],
  titleOf: (value: string) => string = (value) => value,
): readonly { readonly value: string; readonly title: string }[] => [...new Set(values)].map((value) => ({ value, title: titleOf(value) }))

const filtersOf = (rules: readonly TrustRule[], services: readonly Service[] | undefined): readonly Filter<TrustRule>[] => [
  {
    id: 'service',
    title: text.filters.service,
    options: optionsOf(
      rules.map(({ service }) => service),
      (id) => serviceName(id, services),
    ),
    matches: ({ service }, value) => service === value,
  },
  {
    id: 'issuer',
    title: text.filters.issuer,
    options: optionsOf(rules.map(({ issuer }) => issuer)),
    matches: ({ issuer }, value) => issuer === value,
  },
]

/** Whose tokens are taken, and what the rules make of one. */
export function TrustRulesPage(): JSX.Element {
  const { data, error, refetch } = useList(RULES, listTrustRules)
  const services = useServices()
  const [query, setQuery] = useSearchParams()
  const [isAdding, setAdding] = useState(false)
  const [isTesting, setTesting] = useState(false)
  const [findings, setFindings] = useState<readonly RuleFinding[]>()
  const [leaving, setLeaving] = useState<TrustRule>()
  const looked = query.get(RULE)
  const look = (id: string | undefined): void => setQuery((before) => withMember(before, RULE, id), { replace: true })
  return (
    <Page
      title={text.title}
      lead={text.lead}
      actions={
        <>
          <Button tone="quiet" onClick={() => setTesting(true)}>
            {text.test}
          </Button>
          <Button onClick={() => setAdding(true)}>{text.add}</Button>
        </>
      }
    >
      {findings === undefined ? null : <TestResult findings={findings} services={services} onForget={() => setFindings(undefined)} />}
      <DataTable
        id="trust-rules"
        caption={text.caption}
        columns={columnsOf(services)}
        rows={data}
        keyOf={({ id }) => id}
        href={({ id }) => `/console/trust-rules?${withMember(query, RULE, id)}`}
        filters={filtersOf(data ?? [], services)}
        searchable
        empty={text.empty}
        error={error}
        retry={refetch}
        actions={(rule) => (
          <Button tone="danger" compact aria-label={text.removeNamed(rule.name)} onClick={() => setLeaving(rule)}>
            {text.remove}
          </Button>
        )}
      />
      {looked === null || data === undefined || leaving !== undefined ? null : (
        <LookAtRule
          rule={data.find(({ id }) => id === looked)}
          services={services}
          onClose={() => look(undefined)}
          onRemove={(rule) => {
            look(undefined)
            setLeaving(rule)
          }}
        />
      )}
      {isAdding ? <AddRule services={services} onClose={() => setAdding(false)} /> : null}
      {isTesting ? <TestDialog onClose={() => setTesting(false)} onResult={setFindings} /> : null}
      {leaving === undefined ? null : (
        <RemoveRule rule={leaving} rules={data ?? []} services={services} onClose={() => setLeaving(undefined)} />
      )}
    </Page>
  )
}
