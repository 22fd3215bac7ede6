import type { JSX } from 'react'
import type { Service } from '../api/service.ts'
import type { Verifier } from '../api/verifier.ts'
import { Tile, Tiles } from '../kit/index.ts'
import { serviceText } from '../message/en/service.ts'
import { fleetOf, ofService, verifierName } from './fleet.ts'
import { stateTitle } from './verifier-state.tsx'

const text = serviceText.tiles

interface FleetTilesProps {
  readonly verifiers: readonly Verifier[]
  readonly services: readonly Service[]
}

/** All verifiers in three figures. */
export function FleetTiles({ verifiers, services }: FleetTilesProps): JSX.Element {
  const { count, fresh, troubled, furthest } = fleetOf(verifiers)
  const [worst] = troubled
  const without = services.filter(({ id }) => ofService(verifiers, id)?.length === 0).length
  return (
    <Tiles>
      <Tile
        title={text.fresh}
        value={text.freshOf(fresh, count)}
        note={count === 0 ? text.nobody : worst === undefined ? text.allFresh : `${verifierName(worst)}: ${stateTitle(worst.state)}`}
        tone={worst === undefined ? 'plain' : worst.state === 'stale' ? 'danger' : 'warning'}
      />
      <Tile
        title={text.furthest}
        value={furthest === undefined ? text.nothing : text.entries(furthest.behind)}
        note={furthest === undefined ? text.nobody : furthest.behind === 0 ? text.atEnd : verifierName(furthest)}
      />
      <Tile
        title={text.services}
        value={services.length.toLocaleString('en-GB')}
        note={services.length === 0 ? text.noServices : text.servicesNote(without)}
      />
    </Tiles>
  )
}
