import type { JSX } from 'react'
import { Link, useLocation, useParams } from 'wouter'
import { type ApiKey, getApiKey } from '../api/api-key.ts'
import { useList } from '../api/query.ts'
import { KeyMenu } from '../caller-key/key-menu.tsx'
import { commonFacts, listOrWord } from '../caller-key/key-facts.tsx'
import { useServices } from '../caller-key/use-services.ts'
import { Card, Facts, Moment, Page, ProblemNotice, Skeleton, useAsking } from '../kit/index.ts'
import { apiKeyText as text } from '../message/en/api-key.ts'
import { callerKeyText } from '../message/en/caller-key.ts'
import { ApiKeyDialogs, type ApiKeyWish } from './api-key-dialogs.tsx'
import { environmentTitle } from './api-keys-page.tsx'

function KeyFacts({ apiKey }: { readonly apiKey: ApiKey }): JSX.Element {
  const common = commonFacts(apiKey, { services: useServices(), path: '/console/api-keys' })
  const { rate_limit: limit } = apiKey
  return (
    <Facts
      items={[
        common.id,
        common.owner,
        common.state,
        ...(common.successor === undefined ? [] : [common.successor]),
        [text.environment, environmentTitle(apiKey.environment)],
        common.scope,
        [callerKeyText.fact.roles, listOrWord(apiKey.roles, callerKeyText.noRoles)],
        common.addresses,
        [text.rate, limit === null ? text.noRate : text.rateOf(limit.requests, limit.seconds)],
        [text.tags, apiKey.tags.length === 0 ? text.noTags : apiKey.tags.join(', ')],
        common.created,
        common.expires,
        [
          text.lastUsed,
          <span key="last-used">
            <Moment at={apiKey.last_used_at ?? undefined} never={text.neverUsed} /> <span className="soft small">{text.lastUsedNote}</span>
          </span>,
        ],
      ]}
    />
  )
}

/** One API key, and what can be done with it. */
export function ApiKeyPage(): JSX.Element {
  const { id } = useParams<{ id: string }>()
  const [, navigate] = useLocation()
  const asking = useAsking<ApiKeyWish>()
  const { data: key, error, refetch } = useList(['api-keys', 'one', id], (signal) => getApiKey(id, signal))
  return (
    <Page
      title={key?.name ?? text.one}
      lead={<Link href="/console/api-keys">{callerKeyText.back(text.title)}</Link>}
      actions={key && <KeyMenu of={key} onAsk={(verb) => asking.ask({ verb, key })} />}
    >
      {key === undefined && error !== undefined && <ProblemNotice error={error} retry={refetch} />}
      <Card title={text.one}>{key === undefined ? <Skeleton lines={8} /> : <KeyFacts apiKey={key} />}</Card>
      <ApiKeyDialogs asking={asking} onRemoved={() => navigate('/console/api-keys')} />
    </Page>
  )
}
