import { sha256Base64url } from 'countersign/crypto'

/** One consent for each person and client, which grows with what is asked for: so two that are given at once are one. */
export const grantIdOf = (user: string, client: string): string => `gra_${sha256Base64url(`${user} ${client}`).slice(0, 32)}`
