const count = (all: number, one: string, many: string): string => `${all.toLocaleString('en-GB')} ${all === 1 ? one : many}`

export const overview = {
  title: 'Overview',
  lead: 'What wants looking at, and what was done last.',
  noFigure: '–',
  services: 'Services',
  servicesNote: 'may follow the log',
  wants: 'Wants looking at',
  quiet: 'Nothing. Verifiers are fresh, webhooks and mails are delivered, no refresh token was in two hands since midnight.',
  unknown: 'Not everything could be asked: what there is to look at is not known.',
  grave: 'theft',
  notice: 'trouble',
  late: (all: number): string => `${count(all, 'verifier is', 'verifiers are')} not fresh`,
  lateWhy: 'Its routes refuse once its copy of the log is older than they allow.',
  thefts: (all: number): string => `${count(all, 'refresh token was', 'refresh tokens were')} in two hands since midnight`,
  theftsWhy: 'Each ended its session. The audit log says whose.',
  endpoint: (url: string): string => `${url} does not take its webhooks`,
  endpointWhy: (reason: string): string => (reason === '' ? 'Deliveries are tried again, and are not lost.' : reason),
  mails: (all: number): string => `${count(all, 'mail was', 'mails were')} refused for good`,
  mailsWhy: 'The mail server said why.',

  first: 'First steps',
  steps: {
    service: {
      title: 'Let a service verify tokens',
      text: 'It gets a credential, follows the log, and asks nobody when a request comes.',
      command: 'countersign services create --name orders',
    },
    person: {
      title: 'Let somebody in',
      text: 'People sign up themselves, or are given an account.',
      command: 'countersign users create --email mira@example.com',
    },
    operator: {
      title: 'Have a second operator',
      text: 'Who is alone, and locked out, needs the shell of the machine.',
      command: 'countersign users role mira@example.com --add admin',
    },
  },

  acts: 'Done last',
  actsAll: 'Audit log',
  none: 'Nothing is on record yet.',
} as const
