import { actorOf, isEntrance } from '../act-table.ts'
import type { Services } from '../services.ts'
import type { AnyForm, PageCall, Redirect } from './page.ts'

/** Does what a form asks for, and has it on record as what the API would have done. */
export function submitRecorded(form: AnyForm, fields: unknown, call: PageCall, services: Services): Promise<Redirect> {
  const { act: operation } = form
  if (operation === undefined) return form.submit(fields, call, services)
  const { session, client, requestId } = call
  const actor = actorOf(session === undefined ? { kind: 'anyone' } : { kind: 'principal', principal: session.principal })
  const target = session === undefined ? undefined : { kind: 'user', id: session.session.user }
  const members = typeof fields === 'object' && fields !== null ? Object.keys(fields) : []
  const facts = { operation, actor, target, members, address: client.address, requestId, isQuiet: isEntrance(operation) }
  return services.audit.during(facts, () => form.submit(fields, call, services))
}
