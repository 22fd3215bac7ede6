import { metricsContentTypes, metricsText } from 'countersign/core'
import { defineRoute, type Operation } from '../../route.ts'
import { allMetrics } from '../../telemetry/index.ts'

/** Prometheus names it first where it prefers it; with a weight of 0 it is not wanted (RFC 9110 section 12.4.2). */
const prefersOpenMetrics = (accept: string | null): boolean =>
  accept
    ?.split(',')
    .some((range) => /^\s*application\/openmetrics-text\s*(?:;|$)/i.test(range) && !/;\s*q=0(?:\.0*)?\s*(?:;|$)/i.test(range)) === true

export const getMetrics: Operation = defineRoute({
  operationId: 'getMetrics',
  method: 'GET',
  path: '/metrics',
  summary: 'What this server counts and measures, for Prometheus; in the format of OpenMetrics for whoever accepts it.',
  authority: 'monitor',
  responses: { 200: { description: 'The metrics.', contentType: 'text/plain' } },
  async handle({ request }, services) {
    const format = prefersOpenMetrics(request.headers.get('accept')) ? 'openmetrics' : 'prometheus'
    return new Response(metricsText(await allMetrics(services), format), { headers: { 'content-type': metricsContentTypes[format] } })
  },
})
