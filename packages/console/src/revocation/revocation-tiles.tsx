import type { JSX } from 'react'
import { Link } from 'wouter'
import type { Propagation, RevocationSummary } from '../api/revocation.ts'
import type { Verifiers } from '../api/verifier.ts'
import { Tile, Tiles } from '../kit/index.ts'
import { revocation as words } from '../message/en/revocation.ts'
import { durationText, msText } from './figure.ts'

interface TilesProps {
  readonly summary: RevocationSummary | undefined
  readonly verifiers: Verifiers | undefined
  readonly propagation: Propagation | undefined
}

export const RevocationTiles = ({ summary, verifiers, propagation }: TilesProps): JSX.Element => (
  <Tiles>
    <RefusedTile propagation={propagation} />
    <FreshTile verifiers={verifiers} />
    <Tile
      title={words.liveCutoffs}
      value={summary === undefined ? words.noFigure : words.number(summary.live_cutoffs, summary.at_least)}
      note={summary && words.forgottenAfter(durationText(summary.longest_token_seconds))}
    />
    <TodayTile summary={summary} />
  </Tiles>
)

/** From acknowledgement to refusal everywhere. */
export function RefusedTile({ propagation }: { readonly propagation: Propagation | undefined }): JSX.Element {
  const { median_ms: median, p99_ms: p99 } = propagation ?? { median_ms: null, p99_ms: null }
  const isKnown = median !== null && p99 !== null
  return (
    <Tile
      title={words.refusedAfter}
      value={isKnown ? words.ms(msText(median)) : words.noFigure}
      note={isKnown ? words.median(words.ms(msText(p99))) : propagation && words.noReports}
    />
  )
}

export function FreshTile({ verifiers }: { readonly verifiers: Verifiers | undefined }): JSX.Element {
  if (verifiers === undefined) return <Tile title={words.verifiersFresh} value={words.noFigure} />
  const all = verifiers.verifiers
  const late = all.filter(({ state }) => state !== 'fresh')
  const [first] = late
  const note =
    first === undefined
      ? all.length === 0
        ? words.noVerifiers
        : words.allFresh
      : words.notFresh(first.name ?? first.service.name, words.states[first.state] ?? first.state, late.length - 1)
  return (
    <Tile
      title={words.verifiersFresh}
      value={all.length === 0 ? words.noFigure : words.freshOf(all.length - late.length, all.length)}
      note={<Link href="/console/verifiers">{note}</Link>}
      tone={first === undefined ? 'plain' : 'warning'}
    />
  )
}

export function TodayTile({ summary }: { readonly summary: RevocationSummary | undefined }): JSX.Element {
  if (summary === undefined) return <Tile title={words.today} value={words.noFigure} />
  const { entries, thefts, at_least: isAtLeast } = summary
  return (
    <Tile
      title={words.today}
      value={words.number(entries, isAtLeast)}
      note={thefts === 0 ? words.noThefts : words.thefts(thefts, isAtLeast)}
      tone={thefts === 0 ? 'plain' : 'danger'}
    />
  )
}
