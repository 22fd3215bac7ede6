import type { JSX } from 'react'
import { useInvalidate, useList } from '../api/query.ts'
import { removeService, type Service } from '../api/service.ts'
import { type Belongings, belongingsOf } from '../api/service-belongings.ts'
import type { Verifier } from '../api/verifier.ts'
import { ActionDialog, ProblemNotice } from '../kit/index.ts'
import { serviceText } from '../message/en/service.ts'
import { ofService } from './fleet.ts'

const text = serviceText.remove

/** What ends with it, by number. */
function Ending({ own, verifiers }: { readonly own: Belongings; readonly verifiers: number }): JSX.Element {
  const lines = [
    ...(verifiers === 0 ? [] : [text.verifiers(verifiers)]),
    ...(own.apiKeys === 0 ? [] : [text.apiKeys(own.apiKeys)]),
    ...(own.accessKeys === 0 ? [] : [text.accessKeys(own.accessKeys, own.isAll)]),
    ...(own.trustRules === 0 ? [] : [text.trustRules(own.trustRules)]),
  ]
  return <p>{lines.length === 0 ? text.nothingElse : text.ends(lines)}</p>
}

interface RemoveServiceProps {
  readonly service: Service
  readonly verifiers: readonly Verifier[] | undefined
  readonly open: boolean
  readonly onClose: () => void
}

export function RemoveService({ service, verifiers, open, onClose }: RemoveServiceProps): JSX.Element {
  const invalidate = useInvalidate()
  const { data: own, error } = useList(['services', 'belongings', service.id], (signal) => belongingsOf(service.id, signal), {
    enabled: open,
    isFresh: true,
  })
  const act = async (): Promise<void> => {
    await removeService(service.id)
    // Not what belonged to it: there is nobody left to ask about.
    await Promise.all([['services', 'list'], ['verifiers'], ['api-keys', 'list'], ['access-keys', 'list']].map(invalidate))
  }
  const effect = (
    <div className="stack">
      <p>{text.effect}</p>
      {own !== undefined && <Ending own={own} verifiers={ofService(verifiers, service.id)?.length ?? 0} />}
      {own === undefined && error === undefined && <p>{text.counting}</p>}
      <ProblemNotice error={error} />
    </div>
  )
  return (
    <ActionDialog open={open} onClose={onClose} title={text.title(service.name)} effect={effect} verb={text.verb} tone="danger" act={act} />
  )
}
