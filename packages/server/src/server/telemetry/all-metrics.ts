import type { MetricFamily } from 'countersign/core'
import type { Services } from '../services.ts'
import { levels } from './levels.ts'
import { processLevels } from './process-levels.ts'

/** Everything that this server tells of itself, in the order in which `doc/guide/operate.md` lists it. */
export async function allMetrics(services: Services): Promise<readonly MetricFamily[]> {
  return [...services.telemetry.metrics.families, ...(await levels(services)), ...processLevels()]
}
