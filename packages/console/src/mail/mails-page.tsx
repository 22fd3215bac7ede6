import type { JSX } from 'react'
import { useSearchParams } from 'wouter'
import { type MailQueue, type MailState, type MailSummary, readMails } from '../api/mail.ts'
import { useList } from '../api/query.ts'
import {
  Age,
  Card,
  type Column,
  Command,
  DataTable,
  type Filter,
  Moment,
  Notice,
  Page,
  ProblemNotice,
  Skeleton,
  Tile,
  Tiles,
} from '../kit/index.ts'
import { withMember } from '../kit/table-address.ts'
import { mails as text } from '../message/en/mail.ts'
import { MailDialog } from './mail-dialog.tsx'
import { hasOutbox, mailPath, templatesIn, transportName, transportNote } from './mail.ts'

const LIVE_MS = 5000

const columns: readonly Column<MailSummary>[] = [
  { id: 'subject', title: text.columns.subject, wide: true, cell: ({ subject }) => subject, text: ({ subject }) => subject },
  { id: 'to', title: text.columns.to, cell: ({ to }) => to, text: ({ to }) => to },
  { id: 'template', title: text.columns.template, cell: ({ template }) => template, text: ({ template }) => template },
  {
    id: 'created',
    title: text.columns.created,
    cell: (mail) => <Moment at={mail.created_at} />,
    text: (mail) => mail.created_at,
  },
]

/** What waits to be sent, what was refused, and, where nothing is sent, what would have been. */
export function MailsPage(): JSX.Element {
  const { data, error, updatedAt, refetch } = useList(['mails'], readMails, { liveMs: LIVE_MS })
  return (
    <Page
      title={text.title}
      lead={
        <>
          {text.lead} {text.updated} <Age since={updatedAt} />
        </>
      }
    >
      {error === undefined ? null : <ProblemNotice error={error} retry={refetch} />}
      {data === undefined ? error === undefined && <Skeleton lines={8} /> : <State state={data} />}
    </Page>
  )
}

function State({ state }: { readonly state: MailState }): JSX.Element {
  const { queue } = state
  return (
    <>
      {queue.refused === 0 ? null : (
        <Notice tone="danger" title={text.failedTitle}>
          {text.failed(queue.refused)}
        </Notice>
      )}
      <QueueTiles queue={queue} />
      {hasOutbox(state) ? <Outbox mails={state.mails} /> : null}
      {queue.transport === 'none' ? (
        <Card title={text.noneTitle}>
          <div className="stack">
            <p>{text.none}</p>
            <Command text={text.noneCommand} />
          </div>
        </Card>
      ) : null}
      {queue.transport === 'smtp' ? (
        <Card title={text.smtpTitle}>
          <p>{text.smtp}</p>
        </Card>
      ) : null}
    </>
  )
}

function QueueTiles({ queue }: { readonly queue: MailQueue }): JSX.Element {
  const { transport, waiting, refused, oldest_at } = queue
  return (
    <Tiles>
      <Tile
        title={text.tiles.transport}
        value={transportName(transport)}
        note={transportNote(transport)}
        tone={transport === 'smtp' ? 'plain' : 'warning'}
      />
      <Tile title={text.tiles.waiting} value={waiting.toLocaleString('en-GB')} note={text.notes.waiting} />
      <Tile
        title={text.tiles.refused}
        value={refused.toLocaleString('en-GB')}
        note={text.notes.refused}
        tone={refused > 0 ? 'danger' : 'plain'}
      />
      <Tile
        title={text.tiles.oldest}
        value={oldest_at === null ? '–' : <Moment at={oldest_at} />}
        note={oldest_at === null ? text.notes.none : ''}
      />
    </Tiles>
  )
}

function Outbox({ mails }: { readonly mails: readonly MailSummary[] }): JSX.Element {
  const [query, setQuery] = useSearchParams()
  const filters: readonly Filter<MailSummary>[] = [
    {
      id: 'template',
      title: text.filters.template,
      options: templatesIn(mails).map((value) => ({ value, title: value })),
      matches: ({ template }, value) => template === value,
    },
  ]
  return (
    <>
      <p className="soft small">
        {text.listTitle}: {text.listAside}
      </p>
      <DataTable
        id="mails"
        caption={text.caption}
        columns={columns}
        rows={mails}
        keyOf={({ id }) => id}
        href={({ id }) => mailPath(query, id)}
        filters={filters}
        searchable
        empty={text.empty}
      />
      <MailDialog
        id={query.get('mail') ?? undefined}
        onClose={() => setQuery((now) => withMember(now, 'mail', undefined), { replace: true })}
      />
    </>
  )
}
