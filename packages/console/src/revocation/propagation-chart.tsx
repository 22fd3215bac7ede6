import { type JSX, useEffect, useRef, useSyncExternalStore } from 'react'
import UPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import type { Propagation } from '../api/revocation.ts'
import { exactText } from '../kit/index.ts'
import { revocation as words } from '../message/en/revocation.ts'
import { msText } from './figure.ts'
import { seriesOf, slowestMinute } from './series.ts'

const HEIGHT = 210
const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
const dark = matchMedia('(prefers-color-scheme: dark)')
const onScheme = (tell: () => void): (() => void) => {
  dark.addEventListener('change', tell)
  return () => dark.removeEventListener('change', tell)
}

interface ChartProps {
  readonly propagation: Propagation
  /** When it was told, in milliseconds since 1970. */
  readonly now: number
}

/** Two lines over an hour. What it shows is said in words as well. */
export function PropagationChart({ propagation, now }: ChartProps): JSX.Element {
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<UPlot>(undefined)
  const isDark = useSyncExternalStore(onScheme, () => dark.matches)
  const { at, median, p99 } = seriesOf(propagation, now)
  const data: UPlot.AlignedData = [[...at], [...median], [...p99]]
  const latest = useRef(data)
  latest.current = data
  useEffect(() => {
    const element = place.current
    if (element === null) return
    const chart = new UPlot(optionsOf(element), latest.current, element)
    plot.current = chart
    const observer = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: HEIGHT }))
    observer.observe(element)
    return () => {
      observer.disconnect()
      chart.destroy()
      plot.current = undefined
    }
  }, [isDark])
  useEffect(() => plot.current?.setData(latest.current), [propagation, now])
  return (
    <>
      <div ref={place} role="img" aria-label={labelOf(propagation)} />
      <p className="legend small">
        <span className="median">{words.medianLine}</span> <span className="p99">{words.p99}</span>
      </p>
    </>
  )
}

function labelOf(propagation: Propagation): string {
  const slowest = slowestMinute(propagation)
  const text = (ms: number | null): string => (ms === null ? words.noFigure : msText(ms))
  return words.chartLabel(
    text(propagation.median_ms),
    text(propagation.p99_ms),
    text(slowest?.ms ?? null),
    slowest === undefined ? '' : exactText(slowest.at),
  )
}

/** In the colours of now: a canvas knows no custom properties. */
function optionsOf(element: HTMLElement): UPlot.Options {
  const style = getComputedStyle(element)
  const colour = (name: string): string => style.getPropertyValue(name).trim()
  const axis = {
    stroke: colour('--ink-soft'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
    font: `11px ${colour('--mono')}`,
  }
  const line = (name: string, width: number): UPlot.Series => ({
    stroke: colour(name),
    width,
    points: { show: true, size: 4 },
    spanGaps: false,
  })
  return {
    width: element.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    scales: { y: { range: (_plot, _least, most) => [0, Math.max(1, most * 1.1)] } },
    axes: [
      { ...axis, values: (_plot, seconds) => seconds.map((each) => time.format(each * 1000)) },
      { ...axis, size: 40 },
    ],
    series: [{}, line('--accent', 2), line('--warning', 1.6)],
  }
}
