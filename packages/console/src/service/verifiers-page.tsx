import { type JSX, useState } from 'react'
import { type Loaded, useList } from '../api/query.ts'
import { type IssuedService, listServices, type Service } from '../api/service.ts'
import { listVerifiers, type Verifiers } from '../api/verifier.ts'
import { Age, Button, Card, Page, SecretDialog, useAsking } from '../kit/index.ts'
import { serviceText as text } from '../message/en/service.ts'
import { positionText } from '../revocation/figure.ts'
import { CreateService } from './create-service.tsx'
import { FleetTiles } from './fleet-tiles.tsx'
import { RemoveService } from './remove-service.tsx'
import { ServiceTable } from './service-table.tsx'
import { VerifierTable } from './verifier-table.tsx'

const LIVE_MS = 2000

type Wish = { readonly verb: 'create' } | { readonly verb: 'remove'; readonly service: Service }

/** How old what is shown is. */
const Live = ({ reported: { data, updatedAt } }: { readonly reported: Loaded<Verifiers> }): JSX.Element => (
  <>
    {data && text.head(positionText(data.head.position))} <Age since={updatedAt} />
  </>
)

/** Who may read the feed, and how fresh whoever reads it says that it is. */
export function VerifiersPage(): JSX.Element {
  const services = useList(['services', 'list'], listServices)
  const reported = useList(['verifiers'], listVerifiers, { liveMs: LIVE_MS })
  const asking = useAsking<Wish>()
  const [issued, setIssued] = useState<IssuedService>()
  const { asked, serial, isOpen, ask, close } = asking
  const verifiers = reported.data?.verifiers
  const hasServices = services.data !== undefined && services.data.length > 0
  return (
    <Page title={text.title} lead={text.lead} actions={<Button onClick={() => ask({ verb: 'create' })}>{text.make}</Button>}>
      {verifiers !== undefined && hasServices && <FleetTiles verifiers={verifiers} services={services.data} />}
      {verifiers !== undefined && hasServices && <p className="soft small">{text.stateMeaning}</p>}
      {(services.data === undefined || hasServices) && (
        <Card title={text.verifiers.heading} aside={<Live reported={reported} />}>
          <VerifierTable verifiers={verifiers} services={services.data} error={reported.error} retry={reported.refetch} />
        </Card>
      )}
      <Card title={text.services.heading}>
        <ServiceTable
          services={services.data}
          verifiers={verifiers}
          error={services.error}
          retry={services.refetch}
          onRemove={(service) => ask({ verb: 'remove', service })}
        />
      </Card>
      {asked?.verb === 'create' && <CreateService key={serial} open={isOpen} onClose={close} onIssued={setIssued} />}
      {asked?.verb === 'remove' && (
        <RemoveService key={serial} service={asked.service} verifiers={verifiers} open={isOpen} onClose={close} />
      )}
      {issued !== undefined && (
        <SecretDialog
          open={!isOpen}
          onClose={() => setIssued(undefined)}
          title={text.secretTitle(issued.name)}
          secret={issued.credential}
          what={text.secretWhat(issued.id)}
        />
      )}
    </Page>
  )
}
