/** Endpoints that are told of what happens, and what was sent to them. */

const many = (count: number, one: string, several: string): string => `${count.toLocaleString('en-GB')} ${count === 1 ? one : several}`
const deliveries = (count: number): string => many(count, 'delivery', 'deliveries')

export const webhooks = {
  title: 'Webhooks',
  lead: 'Endpoints of yours, or of partners, that are told of what happens here.',
  add: 'Add an endpoint',
  caption: 'Webhook endpoints',
  columns: { url: 'Address', events: 'Events', status: 'Status', signature: 'Signed with', created: 'Created' },
  filters: { status: 'Status', signature: 'Signed with' },
  empty: {
    title: 'No endpoint yet',
    text: 'An endpoint is an https address of yours. Each event is signed, sent at least once, and tried again for two to three days.',
    command: 'countersign webhooks create https://app.example.com/webhooks --event session.ended',
  },
  statuses: { enabled: 'Enabled', paused: 'Paused', disabled: 'Disabled' } as Readonly<Record<string, string>>,
  signatures: { v1: 'Its own secret', v1a: 'The key of this server' } as Readonly<Record<string, string>>,
  failing: 'Failing',
  allEvents: 'All events',
  eventCount: (count: number): string => many(count, 'type of event', 'types of event'),
} as const

export const endpointForm = {
  addTitle: 'Add an endpoint',
  addEffect: 'It is told of what happens from now on. Its secret is shown once, when it has been made.',
  addVerb: 'Add endpoint',
  changeTitle: 'Change the endpoint',
  changeEffect: 'Holds for everything that is sent from now on, also for what waits.',
  changeVerb: 'Save changes',
  url: 'Address',
  urlHint: 'https, on the public network, without a user name or a fragment.',
  description: 'Description',
  descriptionHint: 'For people. May be left empty.',
  signature: 'Sign with',
  signatureHint:
    'Receivers know the key of this server from /.well-known/webhook-jwks.json; a secret is known to you and the receiver alone.',
  events: 'Events',
  all: 'All events, also those that later versions add',
  chosen: (count: number): string => `${many(count, 'type', 'types')} chosen`,
  noTypes: 'This server did not say which events there are.',
  secretTitle: 'The secret of the endpoint',
  secretWhat: 'Secret, for whoever receives the webhooks',
  added: (url: string): string => `${url} is told of what happens from now on.`,
  changed: 'The endpoint was changed.',
} as const

export const endpoint = {
  back: 'All webhooks',
  card: 'Endpoint',
  facts: {
    id: 'Id',
    url: 'Address',
    description: 'Description',
    events: 'Events',
    signature: 'Signed with',
    secrets: 'Secrets that sign now',
    created: 'Created',
    failing: 'Nothing delivered since',
  },
  noDescription: 'None',
  twoSecrets: (count: number): string => `${count}: messages have ${count} signatures until the overlap is over`,
  tiles: { status: 'Status', waiting: 'Waiting', dead: 'Given up', oldest: 'Oldest that waits' },
  notes: { dead: 'kept for thirty days', waiting: 'tried again until taken', nothing: 'nothing waits' },
  reasons: {
    gone: 'It has answered 410: it is gone.',
    failed_for_days: 'Nothing could be delivered to it for five days.',
  } as Readonly<Record<string, string>>,
  disabledTitle: 'This endpoint is disabled',
  disabledText: 'It is told nothing. Enable it, then replay what was given up.',
  pausedTitle: 'This endpoint is paused',
  pausedText: 'What happens is kept for it, and delivered when it is enabled.',
  failingTitle: 'Deliveries fail',
  failingText: 'They are tried again. After five days without one that is taken the endpoint is disabled.',
  menu: 'More',
  change: 'Change…',
  pause: 'Pause…',
  enable: 'Enable…',
  disable: 'Disable…',
  remove: 'Remove…',
  rotate: 'Replace the secret…',
  test: 'Send a test',
  testDelivered: 'The test was taken',
  testNotDelivered: 'The test was not taken',
  answered: (status: number): string => `The answer was ${status}.`,
  unanswered: (why: string): string => `There was no answer: ${why}`,
  problems: {
    url_not_allowed: 'the address may not be called. It has to be https, on the public network.',
    address_not_allowed:
      'the name stands for an address that may not be called. COUNTERSIGN_DELIVERY_NETWORKS allows networks of your own.',
    unresolvable: 'the name could not be resolved.',
    timeout: 'it took longer than ten seconds.',
    connection: 'no connection, or it broke.',
  } as Readonly<Record<string, string>>,
  updated: 'Looked at',
} as const

export const endpointAction = {
  statuses: {
    paused: {
      title: 'Pause the endpoint',
      verb: 'Pause',
      effect: (): string => 'Nothing is delivered. What happens meanwhile is kept, and delivered when it is enabled again.',
      done: 'The endpoint is paused.',
    },
    enabled: {
      title: 'Enable the endpoint',
      verb: 'Enable',
      effect: (waiting: number): string =>
        waiting === 0
          ? 'It is told of what happens from now on.'
          : `It is told of what happens, and gets the ${deliveries(waiting)} that wait.`,
      done: 'The endpoint is enabled.',
    },
    disabled: {
      title: 'Disable the endpoint',
      verb: 'Disable',
      effect: (waiting: number): string =>
        `It is told nothing any more. ${waiting === 0 ? 'Nothing waits for it now.' : `Gives up the ${deliveries(waiting)} that wait; they can be replayed for thirty days.`}`,
      done: 'The endpoint is disabled.',
    },
  },
  removeTitle: 'Remove the endpoint',
  removeVerb: 'Remove endpoint',
  removeEffect: (waiting: number, dead: number): string =>
    `It is told nothing any more. ${deliveries(waiting)} waiting and ${deliveries(dead)} given up go with it, and so does the list of what was delivered. None of it comes back.`,
  removed: (url: string): string => `${url} was removed.`,
  rotateTitle: 'Replace the secret',
  rotateVerb: 'Make a new secret',
  rotateEffect:
    'The new secret signs at once. Until the overlap is over the one before signs beside it, so that receivers change over when they like.',
  rotateNow: 'Without overlap the one before signs nothing any more: receivers that know only that one refuse everything, at once.',
  overlap: 'Overlap',
  overlaps: [
    ['0', 'None'],
    ['3600', 'One hour'],
    ['21600', 'Six hours'],
    ['86400', 'One day'],
    ['259200', 'Three days'],
    ['604800', 'Seven days'],
  ],
  rotatedTitle: 'The new secret',
  rotated: 'The endpoint has a new secret.',
} as const

export const delivery = {
  title: 'Deliveries',
  caption: 'Deliveries to this endpoint',
  columns: {
    type: 'Event',
    state: 'State',
    attempts: 'Attempts',
    outcome: 'Last attempt',
    created: 'Made',
    due: 'Next attempt',
    settled: 'Settled',
    id: 'Id',
  },
  states: { waiting: 'Waiting', delivered: 'Delivered', dead: 'Given up' } as Readonly<Record<string, string>>,
  stateFilter: 'State',
  since: 'Made since',
  until: 'Made before',
  empty: {
    title: 'Nothing was sent yet',
    text: 'Send a test, or wait for something to happen. What was delivered is kept for seven days, what was given up for thirty.',
  },
  noneMatch: { title: 'No such delivery', text: 'Nothing of this state was made in this time.' },
  none: 'None yet',
  never: 'Never',
  payload: 'What is sent',
  close: 'Close',
  replay: 'Send again',
  replayTitle: 'Send the delivery again',
  replayEffect: (type: string): string => `Sends ${type} again, under the same id. A receiver that has had it should drop it.`,
  replayed: 'It will be sent again.',
  replayAll: 'Replay…',
  enableFirst: 'Enable the endpoint first: one that is disabled is sent nothing again.',
  replayAllTitle: 'Replay deliveries',
  replayAllVerb: 'Send again',
  which: 'Which',
  whichOptions: [
    ['dead', 'Given up'],
    ['delivered', 'Delivered'],
  ],
  replayDead: (dead: number): string =>
    `Sends again what was given up: ${deliveries(dead)} now, fewer when a time is given. Oldest first, a thousand at most at a time.`,
  replayDelivered:
    'Sends again what was delivered, under the same ids: receivers should drop what they have had. Oldest first, a thousand at most at a time.',
  replayedSome: (count: number, isMore: boolean): string =>
    `${deliveries(count)} will be sent again.${isMore ? ' There may be more: replay once more.' : ''}`,
} as const
