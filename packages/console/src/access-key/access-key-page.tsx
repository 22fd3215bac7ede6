import type { JSX } from 'react'
import { Link, useLocation, useParams } from 'wouter'
import { type AccessKey, getAccessKey } from '../api/access-key.ts'
import { useList } from '../api/query.ts'
import { commonFacts, listOrWord } from '../caller-key/key-facts.tsx'
import { KeyMenu } from '../caller-key/key-menu.tsx'
import { useServices } from '../caller-key/use-services.ts'
import { Card, Facts, Id, Moment, Page, ProblemNotice, Skeleton, useAsking } from '../kit/index.ts'
import { accessKeyText as text } from '../message/en/access-key.ts'
import { callerKeyText } from '../message/en/caller-key.ts'
import { AccessKeyDialogs, type AccessKeyWish } from './access-key-dialogs.tsx'
import { kindTitle } from './access-key-kind.ts'

function KeyFacts({ accessKey }: { readonly accessKey: AccessKey }): JSX.Element {
  const common = commonFacts(accessKey, { services: useServices(), path: '/console/access-keys' })
  const { roles, parent, session, public_key: publicKey, rotate_by: rotateBy, rotate_every_seconds: rotateEvery } = accessKey
  return (
    <Facts
      items={[
        common.id,
        common.owner,
        common.state,
        ...(common.successor === undefined ? [] : [common.successor]),
        [text.kind, kindTitle(accessKey)],
        ...(parent === null ? [] : ([[text.parent, <Id key="parent" value={parent} href={`/console/access-keys/${parent}`} />]] as const)),
        ...(session === null ? [] : ([[text.session, <Id key="session" value={session} />]] as const)),
        common.scope,
        [callerKeyText.fact.roles, roles === null ? callerKeyText.allRoles : listOrWord(roles, callerKeyText.noRoles)],
        common.addresses,
        [text.window, text.seconds(accessKey.window_seconds)],
        common.created,
        common.expires,
        [text.rotateBy, <Moment key="rotate-by" at={rotateBy ?? undefined} never={text.notAsked} />],
        [text.rotateEvery, rotateEvery === null ? text.notAsked : text.seconds(rotateEvery)],
        ...(publicKey === null ? [] : ([[text.publicKey, <code key="public-key">{JSON.stringify(publicKey)}</code>]] as const)),
      ]}
    />
  )
}

/** One access key, and what can be done with it. */
export function AccessKeyPage(): JSX.Element {
  const { id } = useParams<{ id: string }>()
  const [, navigate] = useLocation()
  const asking = useAsking<AccessKeyWish>()
  const { data: key, error, refetch } = useList(['access-keys', 'one', id], (signal) => getAccessKey(id, signal))
  return (
    <Page
      title={key?.name ?? text.one}
      lead={<Link href="/console/access-keys">{callerKeyText.back(text.title)}</Link>}
      actions={key && <KeyMenu of={key} onAsk={(verb) => asking.ask({ verb, key })} />}
    >
      {key === undefined && error !== undefined && <ProblemNotice error={error} retry={refetch} />}
      <Card title={text.one}>{key === undefined ? <Skeleton lines={8} /> : <KeyFacts accessKey={key} />}</Card>
      <AccessKeyDialogs asking={asking} onRemoved={() => navigate('/console/access-keys')} />
    </Page>
  )
}
