import type { WebhookEventType } from '../api/webhook.ts'

export interface EventGroup {
  readonly name: string
  readonly types: readonly WebhookEventType[]
}

/** `user.created` and `user.updated` belong together; in the order in which the server names them. */
export function eventGroups(types: readonly WebhookEventType[]): readonly EventGroup[] {
  const groups = new Map<string, WebhookEventType[]>()
  for (const type of types) {
    const [name = ''] = type.name.split('.')
    const group = groups.get(name) ?? []
    groups.set(name, group)
    group.push(type)
  }
  return [...groups].map(([name, each]) => ({ name, types: each }))
}

/** What an endpoint was told of until now and the server does not name any more stays to be seen, and to be taken away. */
export function offeredTypes(known: readonly WebhookEventType[], chosen: readonly string[]): readonly WebhookEventType[] {
  const names = new Set(known.map(({ name }) => name))
  return [...known, ...chosen.filter((name) => !names.has(name)).map((name) => ({ name, summary: '' }))]
}

/** In the order of the choice. */
export const withEvent = (chosen: readonly string[], name: string, isChosen: boolean): readonly string[] =>
  isChosen ? [...chosen.filter((each) => each !== name), name] : chosen.filter((each) => each !== name)
