const many = (count: number, one: string, more: string): string => `${count.toLocaleString('en-GB')} ${count === 1 ? one : more}`

export const roleText = {
  title: 'Roles',
  lead: 'Which scopes each role brings. Whoever has a role has its scopes; an application gets them for nobody else.',
  set: 'Add a role…',
  caption: 'Roles and the scopes that they bring',
  columns: { name: 'Role', scope: 'Brings', source: 'Said by', changed: 'Changed' },
  sources: { configuration: 'Configuration', database: 'Operators' } as Readonly<Record<string, string>>,
  source: 'Said by',
  byRestart: 'Only COUNTERSIGN_ROLE_SCOPES and a restart change it.',
  nothing: 'Nothing',
  never: 'With the configuration',
  empty: {
    title: 'No role brings a scope',
    text: 'People may have any role by name. Say here what one brings, or on the command line:',
    command: 'countersign roles set staff --scope orders:read --scope orders:write',
  },
  menu: 'Actions',
  menuOf: (name: string): string => `Actions for ${name}`,
  change: 'Change…',
  remove: 'Remove…',
  people: 'Accounts that have it',
  addTitle: 'Add a role',
  addEffect: 'From then on it brings these scopes to whoever has it, or is given it. No application is given them for anybody else.',
  addVerb: 'Add role',
  name: 'Name',
  nameHint: 'Small letters, digits, and : _ - in between, such as staff.',
  isThere: 'is there already. Change it in the list.',
  nameWrong: 'There is such a role.',
  scope: 'Scopes',
  scopeHint: 'All that it brings, apart by spaces, such as orders:read. Left empty: nothing.',
  changeTitle: (name: string): string => `Change ${name}`,
  changeVerb: 'Change',
  removeTitle: (name: string): string => `Remove ${name}`,
  removeVerb: 'Remove role',
  removeEffect: 'It brings nothing any more. Whoever has it keeps it by name, and routes that ask for the role still let them in.',
  tokensDie: 'Access tokens that rest upon it are refused at once. Sessions go on; clients fetch tokens that say what is true.',
  counting: 'Counting whom it touches …',
  holders: (people: number, isAll: boolean): string =>
    people === 0 && isAll
      ? 'No account has it for good.'
      : `${isAll ? '' : 'At least '}${many(people, 'account has', 'accounts have')} it for good.`,
  applications: (count: number): string =>
    count === 0
      ? 'No client may ask for what changes.'
      : `${many(count, 'client', 'clients')} may ask for what changes, and ${count === 1 ? 'fetches its' : 'fetch their'} tokens anew.`,
  noChange: 'Nothing changes.',
  isAdmin: 'Operators have this role: your own access tokens are among them.',
  added: (name: string): string => `${name} is a role.`,
  changed: (name: string): string => `${name} was changed.`,
  removed: (name: string): string => `${name} brings nothing any more.`,
  reserved: 'Reserved scopes',
  reservedLead: 'No role brings them any more, and no application is given them for anybody until they are released.',
  noReserved: 'None. A scope stands here when the last role that brought it does so no more.',
  release: 'Release…',
  releaseNamed: (scope: string): string => `Release ${scope}…`,
  releaseTitle: (scope: string): string => `Release ${scope}`,
  releaseVerb: 'Release',
  releaseEffect: (count: number | undefined): string =>
    `It becomes a scope as any other: applications that may ask for it are given it in the name of anybody who agrees.${
      count === undefined ? '' : ` ${many(count, 'client', 'clients')} may ask for it now.`
    }`,
  released: (scope: string): string => `${scope} is as any other scope.`,
} as const
