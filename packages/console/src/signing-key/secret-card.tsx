import { type JSX, useState } from 'react'
import { useInvalidate, useList } from '../api/query.ts'
import { readSecrets, resealSecrets, type SecretUse } from '../api/secret.ts'
import { ActionDialog, Badge, Button, Card, type Column, Command, DataTable, Notice, say } from '../kit/index.ts'
import { secret as text } from '../message/en/signing-key.ts'
import { countsText, movable, resealedText } from './secret-counts.ts'

const SECRETS = ['secrets']

interface PlacedUse extends SecretUse {
  readonly place: number
}

const orNothing = (counts: string): string => (counts === '' ? text.nothing : counts)
const mayGo = ({ place, may_go }: PlacedUse): string => (place === 1 ? text.first : may_go ? text.mayGo : text.notYet)

const columns: readonly Column<PlacedUse>[] = [
  {
    id: 'place',
    title: text.columns.place,
    numeric: true,
    cell: ({ place }) => place,
    text: ({ place }) => String(place),
    order: ({ place }) => place,
  },
  { id: 'id', title: text.columns.id, cell: ({ id }) => <span className="mono">{id}</span>, text: ({ id }) => id },
  {
    id: 'sealed',
    title: text.columns.sealed,
    wide: true,
    cell: ({ sealed }) => orNothing(countsText(sealed)),
    text: ({ sealed }) => countsText(sealed),
  },
  {
    id: 'made',
    title: text.columns.made,
    wide: true,
    cell: ({ made }) => orNothing(countsText(made)),
    text: ({ made }) => countsText(made),
  },
  {
    id: 'may-go',
    title: text.columns.mayGo,
    cell: (use) => <Badge tone={use.may_go ? 'live' : 'plain'}>{mayGo(use)}</Badge>,
    text: mayGo,
  },
]

/** What hangs on which master secret, and moving it to the first. No secret is told. */
export function SecretCard(): JSX.Element {
  const { data, error, refetch } = useList(SECRETS, readSecrets)
  const [isMoving, setMoving] = useState(false)
  const [moved, setMoved] = useState<string>()
  const invalidate = useInvalidate()
  const lost = data === undefined ? '' : countsText(data.lost)
  const what = data === undefined ? '' : countsText(movable(data))
  const act = async (): Promise<void> => {
    const said = resealedText(await resealSecrets())
    say(said)
    setMoved(said)
    await invalidate(SECRETS)
  }
  return (
    <Card
      title={text.title}
      aside={
        <Button tone="quiet" compact onClick={() => setMoving(true)}>
          {text.reseal}
        </Button>
      }
    >
      <div className="stack">
        <p className="soft small">{text.aside}</p>
        {moved === undefined ? null : <Notice tone="info">{moved}</Notice>}
        {lost === '' ? null : (
          <Notice tone="danger" title={text.lostTitle}>
            {text.lost(lost)}
          </Notice>
        )}
        <DataTable
          id="secrets"
          caption={text.caption}
          columns={columns}
          rows={data?.secrets.map((use, at) => ({ ...use, place: at + 1 }))}
          keyOf={({ id }) => id}
          empty={text.empty}
          error={error}
          retry={refetch}
        />
        <p className="soft small">{text.replaceHint}</p>
        <Command text={text.command} />
      </div>
      <ActionDialog
        open={isMoving}
        onClose={() => setMoving(false)}
        title={text.resealTitle}
        effect={what === '' ? text.resealNothing : text.resealEffect(what)}
        verb={text.resealVerb}
        act={act}
      />
    </Card>
  )
}
