import { AuthError, refusalRow } from 'countersign/core'
import { actorOf, actorOfRefusal, isAct, isEntrance, targetOf } from './act-table.ts'
import type { Client } from './connection.ts'
import type { Call, Operation } from './route.ts'
import type { Services } from './services.ts'

/** Where a request came from, for the record. */
export interface RequestFacts {
  readonly id: string
  readonly client: Pick<Client, 'address'>
  readonly local: boolean
}

type RawCall = Call<undefined, undefined>

/** Answers, and has it on record where that is wanted. */
export function answerRecorded(
  operation: Operation,
  call: RawCall,
  { id, client, local }: RequestFacts,
  services: Services,
): Promise<Response> {
  if (!isAct(operation)) return operation.answer(call, services)
  const actor = actorOf(local ? { kind: 'local' } : call.caller)
  const target = targetOf(operation, call.path, actor)
  const isQuiet = isEntrance(operation.operationId)
  const facts = { operation: operation.operationId, actor, target, address: client.address, requestId: id, isQuiet }
  return services.audit.during(facts, () => operation.answer(call, services))
}

/** Somebody did not get in at all: that is on record where they wanted to change something, and where they had proved who they are. */
export async function recordTurnedAway(
  operation: Operation,
  path: RawCall['path'],
  error: unknown,
  { id, client }: RequestFacts,
  services: Services,
): Promise<void> {
  if (!(error instanceof AuthError) || !(isAct(operation) || refusalRow(error.code).status === 403)) return
  const actor = actorOfRefusal(error)
  const target = targetOf(operation, path, actor)
  const facts = { operation: operation.operationId, actor, target, address: client.address, requestId: id }
  await services.audit.noteRefusal(facts, error)
}
