import { type JSX, useState } from 'react'
import { listClients } from '../api/client.ts'
import { useInvalidate, useList } from '../api/query.ts'
import { releaseScope } from '../api/role.ts'
import { ActionDialog, Button, Card, say } from '../kit/index.ts'
import { roleText as text } from '../message/en/role.ts'
import { askersOf } from './role.ts'

/** Scopes that no role brings any more, and that are nobody's until they are released. */
export function ReservedCard({ scopes }: { readonly scopes: readonly string[] }): JSX.Element {
  const [leaving, setLeaving] = useState<string>()
  return (
    <Card title={text.reserved}>
      <div className="stack">
        <p className="soft small">{scopes.length === 0 ? text.noReserved : text.reservedLead}</p>
        {scopes.length === 0 ? null : (
          <ul className="stack" aria-label={text.reserved}>
            {scopes.map((scope) => (
              <li key={scope} className="section-head">
                <span className="mono break">{scope}</span>
                <Button tone="quiet" compact aria-label={text.releaseNamed(scope)} onClick={() => setLeaving(scope)}>
                  {text.release}
                </Button>
              </li>
            ))}
          </ul>
        )}
      </div>
      {leaving === undefined ? null : <ReleaseDialog scope={leaving} onClose={() => setLeaving(undefined)} />}
    </Card>
  )
}

interface ReleaseDialogProps {
  readonly scope: string
  readonly onClose: () => void
}

function ReleaseDialog({ scope, onClose }: ReleaseDialogProps): JSX.Element {
  const invalidate = useInvalidate()
  const { data } = useList(['clients', 'list'], listClients)
  const act = async (): Promise<void> => {
    await releaseScope(scope)
    await invalidate(['roles'])
    say(text.released(scope))
  }
  return (
    <ActionDialog
      open
      onClose={onClose}
      title={text.releaseTitle(scope)}
      effect={text.releaseEffect(data && askersOf(data.clients, [scope]))}
      verb={text.releaseVerb}
      tone="danger"
      act={act}
    />
  )
}
