import type { Command } from 'commander'

/** Pages of a client's own, which people are led to when they are asked to allow it something. */
export interface PageOptions {
  readonly home?: string
  readonly policy?: string
  readonly terms?: string
}

export const withPages = (command: Command): Command =>
  command
    .option('--home <uri>', 'its own page, which people are led to from the consent page')
    .option('--policy <uri>', 'what it does with what it learns')
    .option('--terms <uri>', 'its terms of use')

/** In the names of RFC 7591. */
export const pagesBody = ({ home, policy, terms }: PageOptions): object => ({
  ...(home === undefined ? {} : { client_uri: home }),
  ...(policy === undefined ? {} : { policy_uri: policy }),
  ...(terms === undefined ? {} : { tos_uri: terms }),
})
