import { shell } from './message/en/shell.ts'

export type Group = 'people' | 'machines' | 'system'

interface RouteRow {
  /** In the navigation; undefined: reached from another page. */
  readonly title?: string
  readonly group?: Group
}

const { titles } = shell

/** Every page of the console, in the order of the navigation. What shows it stands in view.tsx. */
export const routes = {
  '/console': { title: titles.overview },
  '/console/revocation': { title: titles.revocation },
  '/console/users': { title: titles.users, group: 'people' },
  '/console/users/:id': {},
  '/console/sessions': { title: titles.sessions, group: 'people' },
  '/console/roles': { title: titles.roles, group: 'people' },
  '/console/api-keys': { title: titles.apiKeys, group: 'machines' },
  '/console/api-keys/:id': {},
  '/console/access-keys': { title: titles.accessKeys, group: 'machines' },
  '/console/access-keys/:id': {},
  '/console/clients': { title: titles.clients, group: 'machines' },
  '/console/clients/:id': {},
  '/console/webhooks': { title: titles.webhooks, group: 'machines' },
  '/console/webhooks/:id': {},
  '/console/trust-rules': { title: titles.trustRules, group: 'machines' },
  '/console/signing-keys': { title: titles.signingKeys, group: 'system' },
  '/console/verifiers': { title: titles.verifiers, group: 'system' },
  '/console/audit': { title: titles.audit, group: 'system' },
  '/console/mails': { title: titles.mails, group: 'system' },
} as const satisfies Readonly<Record<string, RouteRow>>

export type RoutePath = keyof typeof routes

interface Entry {
  readonly path: RoutePath
  readonly title: string
}

export interface Section {
  readonly group: Group | undefined
  readonly entries: readonly Entry[]
}

/** The navigation: of the pages that there are. */
export function navigation(isThere: (path: RoutePath) => boolean): readonly Section[] {
  const rows = Object.entries(routes) as [RoutePath, RouteRow][]
  return ([undefined, 'people', 'machines', 'system'] as const)
    .map((group) => ({
      group,
      entries: rows.flatMap(([path, row]) =>
        row.title !== undefined && row.group === group && isThere(path) ? [{ path, title: row.title }] : [],
      ),
    }))
    .filter(({ entries }) => entries.length > 0)
}

/** Whether a place belongs to an entry of the navigation: its page, or one below it. */
export const isCurrent = (entry: string, place: string): boolean =>
  place === entry || (entry !== '/console' && place.startsWith(`${entry}/`))
