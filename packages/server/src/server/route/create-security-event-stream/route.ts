import { json } from '../../answer.ts'
import { InvalidRequest } from '../../field-error.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { keeperOf, newStreamBody, showStream, streamRequestOf, STREAMS_PATH, streamSchema } from '../../security-event-stream.ts'

export const createSecurityEventStream: Operation = defineRoute({
  operationId: 'createSecurityEventStream',
  method: 'POST',
  path: STREAMS_PATH,
  summary: 'Make a stream of security events to one receiver (Shared Signals 1.0 section 8.1.1.1).',
  authority: 'inspector',
  body: newStreamBody,
  responses: { 201: { description: 'The stream. It tells what happens from now on.', schema: streamSchema } },
  async handle({ body, caller }, { streams, config: { issuer } }) {
    const keeper = keeperOf(caller)
    const audience = keeper ?? body.aud
    if (audience === undefined) throw new InvalidRequest([{ pointer: '/aud', detail: 'is required from an operator' }])
    if (body.aud !== undefined && body.aud !== audience) {
      throw new InvalidRequest([{ pointer: '/aud', detail: 'is for the transmitter to say' }])
    }
    return json(201, showStream(await streams.create(keeper, audience, streamRequestOf(body)), issuer))
  },
})
