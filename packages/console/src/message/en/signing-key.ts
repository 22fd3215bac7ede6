/** The ring of signing keys, and the master secret. */

const many = (count: number, one: string, several: string): string => `${count.toLocaleString('en-GB')} ${count === 1 ? one : several}`

export const signingKeys = {
  title: 'Signing keys',
  lead: 'What signs access tokens and the messages of the feed. Private halves rest sealed, and are shown nowhere.',
  caption: 'Signing keys',
  ring: 'The ring',
  columns: {
    kid: 'Key',
    purpose: 'Signs',
    state: 'State',
    created: 'Made',
    activated: 'Signs since',
    until: 'Verifies until',
  },
  filters: { purpose: 'Signs', state: 'State' },
  purposes: { 'access-token': 'Access tokens', feed: 'The feed' } as Readonly<Record<string, string>>,
  states: { next: 'Next', current: 'Current', previous: 'Previous', revoked: 'Revoked' } as Readonly<Record<string, string>>,
  meaningTitle: 'What the states mean',
  meanings: {
    next: 'Published, so that verifiers know it before it signs anything.',
    current: 'Signs. A new one takes over every thirty days by itself.',
    previous: 'Signs nothing any more, and verifies until the last token that it signed has expired. Then it goes.',
    revoked: 'Refused everywhere, with everything it has signed or ever signs. Known until no token of it can be alive.',
  } as Readonly<Record<string, string>>,
  empty: { title: 'No keys', text: 'A server makes its keys at its first start.', command: 'countersign keys list' },
  notYet: 'Not yet',
  open: 'No end set',
  rotate: 'Rotate…',
  revoke: 'Revoke…',
  revokeOf: (kid: string): string => `Revoke key ${kid}`,
} as const

export const keyAction = {
  rotateTitle: 'Rotate a signing key',
  rotateVerb: 'Rotate',
  purpose: 'Which',
  rotateEffect: (current: string, next: string): string =>
    `${next} signs from now on, and verifiers know it already. ${current} goes on to verify until the last token that it signed has expired. Nobody is signed out, nothing is refused.`,
  rotateUnknown: 'The next key signs from now on. Nobody is signed out, nothing is refused.',
  rotated: (purpose: string): string => `The next key signs: ${purpose}.`,
  revokeTitle: 'Revoke a signing key',
  revokeVerb: 'Revoke key',
  revokeEffects: {
    'access-token': {
      current:
        'Every access token that this key has signed is refused everywhere at once, and so is what a thief signs with it later. The next key signs from now on. Sessions go on: each gets a new token at its next refresh.',
      next: 'Has signed nothing yet: nothing is refused. Another key becomes the next one.',
      previous:
        'The access tokens that this key has signed and that have not expired are refused everywhere at once. Sessions go on: each gets a new token at its next refresh.',
    },
    feed: {
      current:
        'Verifiers take no message of the feed that this key has signed, from the moment they hear of it. The next key signs from now on. No token is refused because of it.',
      next: 'Has signed nothing yet. Another key becomes the next one.',
      previous: 'Verifiers take no message of the feed that this key has signed. No token is refused because of it.',
    },
  } as Readonly<Record<string, Readonly<Record<string, string>>>>,
  revokeOther: 'Everything that this key has signed is refused everywhere at once.',
  revokeCounts: (sessions: number, people: number): string =>
    sessions === 0 ? 'Ends no session.' : `Ends ${many(sessions, 'session', 'sessions')} of ${many(people, 'person', 'people')}.`,
  revokeRenews: (sessions: number): string => `${many(sessions, 'session', 'sessions')} get new tokens.`,
  atLeast: 'There may be more.',
  noWayBack: 'A revoked key cannot be brought back.',
  revoked: (kid: string): string => `${kid} was revoked.`,
} as const

export const secret = {
  title: 'Master secret',
  aside: 'the list in COUNTERSIGN_SECRET, first one first',
  caption: 'What hangs on which master secret',
  columns: { place: 'Place', id: 'Id', sealed: 'Sealed under it', made: 'Leaves by itself', mayGo: 'May it go?' },
  first: 'It is the one',
  mayGo: 'Yes: take it out of the list',
  notYet: 'Not yet',
  nothing: 'Nothing',
  kinds: {
    signing_keys: ['signing key', 'signing keys'],
    authenticator_apps: ['authenticator app', 'authenticator apps'],
    access_keys: ['access key', 'access keys'],
    api_keys: ['API key', 'API keys'],
    api_key_mark: ['mark of API keys', 'marks of API keys'],
    audit_key: ['key of the audit log', 'keys of the audit log'],
    streams: ['stream of security events', 'streams of security events'],
    webhook_endpoints: ['webhook endpoint', 'webhook endpoints'],
    sessions: ['session', 'sessions'],
    opaque_passwords: ['password set by OPAQUE', 'passwords set by OPAQUE'],
  } as Readonly<Record<string, readonly [string, string]>>,
  count: (count: number, one: string, several: string): string => many(count, one, several),
  replaceHint: 'To replace it, put a new one in front, give it to every server, and start them again. Nobody is signed out.',
  command: 'countersign secret rotate',
  empty: { title: 'No secret', text: 'The server did not name one.' },
  lostTitle: 'Something can be opened by no secret of the list',
  lost: (what: string): string =>
    `${what}. Put the secret that was taken out of COUNTERSIGN_SECRET too early back, behind the others, and start the servers again.`,
  reseal: 'Move to the first…',
  resealTitle: 'Move to the first secret',
  resealVerb: 'Move',
  resealEffect: (what: string): string =>
    `Seals ${what} anew under the first secret. Nobody notices. Do it once every server has that secret; a job does the same ten minutes after the start of a server.`,
  resealNothing: 'Nothing rests under another secret than the first: there is nothing to move.',
  resealed: (what: string): string => `Moved under the first secret: ${what}.`,
  resealedNothing: 'Nothing had to be moved.',
  resealedLost: (what: string): string => `No secret of the list opens ${what}.`,
} as const
