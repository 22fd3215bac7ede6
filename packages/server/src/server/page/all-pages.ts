import type { ServerConfig } from '../config.ts'
import { consolePages } from './console/page.ts'
import { oauthPages } from './oauth/page-table.ts'
import type { Page } from './page.ts'
import { crossings, pages } from './page-table.ts'

/** Whatever people can come by, as the configuration has it. */
export const allPages = ({ oauth }: Pick<ServerConfig, 'oauth'>): readonly Page[] => [
  ...pages,
  ...consolePages,
  ...crossings,
  ...(oauth ? oauthPages : []),
]
