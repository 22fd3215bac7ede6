/** What a password is checked against that we never saw. It stands where the hash of any other password stands. */
export interface OpaqueRecord {
  /** The setup that it was made with. */
  readonly setup: string
  /** Chosen at random for each registration: which OPRF key the password went through. */
  readonly identifier: string
  /** The envelope and the keys that the client made (RFC 9807 section 5). */
  readonly registration: string
}

const form = /^\$opaque\$v=1\$([\w-]{8})\$([\w-]{22})\$([\w-]{256})$/

export const formatOpaqueRecord = ({ setup, identifier, registration }: OpaqueRecord): string =>
  `$opaque$v=1$${setup}$${identifier}$${registration}`

/** @returns undefined for the hash of a password that we saw. */
export function parseOpaqueRecord(text: string): OpaqueRecord | undefined {
  const [, setup, identifier, registration] = form.exec(text) ?? []
  if (setup === undefined || identifier === undefined || registration === undefined) return undefined
  return { setup, identifier, registration }
}
