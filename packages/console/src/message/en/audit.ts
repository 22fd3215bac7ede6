/** Who has done what. */

const many = (count: number, one: string, several: string): string => `${count.toLocaleString('en-GB')} ${count === 1 ? one : several}`

export const audit = {
  title: 'Audit log',
  lead: 'Who has done what, in a chain of records that shows whether anybody has changed it. No password, token or value stands in it.',
  caption: 'Records, newest first',
  records: 'Records',
  columns: {
    position: 'Position',
    at: 'When',
    operation: 'Operation',
    actor: 'Who',
    target: 'On what',
    outcome: 'Outcome',
    address: 'From',
  },
  outcomes: { done: 'Done', refused: 'Refused', failed: 'Failed' } as Readonly<Record<string, string>>,
  actors: {
    user: 'User',
    client: 'Client',
    service: 'Service',
    local: 'Local administrator',
    server: 'The server',
    anyone: 'Nobody known',
  } as Readonly<Record<string, string>>,
  times: (count: number): string => `${count.toLocaleString('en-GB')} times`,
  empty: {
    title: 'Nothing is on record',
    text: 'Every change that an operator, a person or the server makes stands here from its first moment.',
    command: 'countersign audit list',
  },
  noneMatch: {
    title: 'No such record',
    text: 'Nothing on record fits these filters. Actor and target are ids; operations have the names of the API document.',
  },
  filter: {
    legend: 'Narrow the records',
    actor: 'Actor',
    actorHint: 'An id; or local, server, anyone.',
    target: 'Target',
    targetHint: 'An id; or the e-mail address that somebody has tried to sign in with.',
    operation: 'Operation',
    operationHint: 'As in the API document, such as revokeSigningKey.',
    outcome: 'Outcome',
    anyOutcome: 'Any',
    from: 'From',
    to: 'Before',
    timeHint: 'In the time of this browser.',
    show: 'Show',
    clear: 'Clear',
  },
} as const

export const auditEvent = {
  title: (position: number): string => `Record ${position}`,
  facts: {
    at: 'When',
    operation: 'Operation',
    outcome: 'Outcome',
    code: 'Refusal',
    count: 'Stands for',
    actor: 'Who',
    session: 'In session',
    by: 'Through',
    target: 'On what',
    address: 'From address',
    request: 'Request id',
    members: 'Members that were given',
    methods: 'Shown by',
    hash: 'Hash',
  },
  none: 'None',
  sameActor: 'All by this actor',
  sameTarget: 'All on this target',
  sameOperation: 'All of this operation',
  missing: 'There is no such record: it was forgotten, or is not there yet.',
  close: 'Close',
} as const

export const auditExport = {
  title: 'Export all',
  csv: 'As CSV',
  lines: 'As JSON lines',
  running: (count: number): string => `${many(count, 'record', 'records')} so far`,
  cancel: 'Stop',
  done: (count: number): string => `${many(count, 'record was', 'records were')} exported.`,
  stopped: 'The export was stopped.',
} as const

export const auditChain = {
  title: 'The chain',
  head: { position: 'Ends at', hash: 'Hash', seal: 'Seal', at: 'Looked at' },
  empty: 'Nothing is on record yet.',
  checkpointHint: 'Keep a checkpoint where nobody who can write this database gets at it. By it you will know whether the end was cut off.',
  download: 'Download checkpoint',
  verify: 'Verify…',
  verifyTitle: 'Verify the chain',
  verifyVerb: 'Verify',
  verifyEffect:
    'Looks at every record: whether one was changed, removed, moved or put there. Changes nothing, and takes its time where there are many.',
  checkpoint: 'Checkpoint',
  checkpointFieldHint:
    'What was downloaded here once, or printed by countersign audit head. Without one it is not known whether the end was cut off.',
  notJson: 'This is no checkpoint. It begins with { and ends with }, as it was downloaded.',
  intactTitle: 'As it was written',
  intact: (records: number, from: number, to: number): string =>
    records === 0 ? 'There is no record to look at.' : `${many(records, 'record', 'records')}, ${from} to ${to}, are as they were written.`,
  tamperedTitle: 'Tampered with',
  tampered: (count: number): string =>
    `${many(count, 'finding', 'findings')}, a hundred at most are told. Look at who could write the database, and at a backup.`,
  checkpoints: {
    none: 'Whether the end was cut off was not looked at: that takes a checkpoint.',
    held: 'The record of the checkpoint is there: the end was not cut off before it.',
    forgotten: 'The checkpoint is older than what is kept.',
    broken: 'The checkpoint does not hold.',
  } as Readonly<Record<string, string>>,
  findings: {
    missing: 'No record is there, though there are later ones.',
    unsealed: 'Not as the server wrote it: changed, moved or put there.',
    unchained: 'Written by the server, but not behind the record that stands before it.',
    cut_off: 'The chain ends before it.',
    end: 'The end of the chain was not put there by the server.',
    base: 'What was forgotten was not forgotten by the server.',
    checkpoint: 'Another record than the checkpoint is of.',
  } as Readonly<Record<string, string>>,
  findingsCaption: 'Findings',
  columns: { position: 'Position', kind: 'Kind', what: 'What was found' },
  noFindings: { title: 'No findings', text: 'All is as it was written.' },
} as const
