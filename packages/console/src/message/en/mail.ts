/** What waits to be sent, and what was refused. */

export const mails = {
  title: 'Mails',
  lead: 'Password resets, links, confirmations and notices. None is written before its turn, so no link lies in the database.',
  tiles: { transport: 'Leaves by', waiting: 'Waiting', refused: 'Refused', oldest: 'Oldest that waits' },
  transports: { smtp: 'SMTP', outbox: 'The outbox', none: 'No way' } as Readonly<Record<string, string>>,
  transportNotes: {
    smtp: 'a mail server takes them',
    outbox: 'development: nothing is sent',
    none: 'COUNTERSIGN_MAIL_URL is not set',
  } as Readonly<Record<string, string>>,
  notes: { waiting: 'tried again for three days', none: 'nothing waits', refused: 'for good; kept for thirty days' },
  updated: 'Looked at',
  failedTitle: 'Some mails were refused for good',
  failed: (count: number): string =>
    `${count === 1 ? 'One mail was' : `${count.toLocaleString('en-GB')} mails were`} refused by the mail server, or not taken for three days. The log of the server tells why.`,
  noneTitle: 'This server sends no mail',
  none: 'Whatever needs mail, such as a password reset, is refused. Nothing is queued for later. Give the server a mail server, and start it again:',
  noneCommand: 'COUNTERSIGN_MAIL_URL=smtps://user:password@mail.example.com',
  smtpTitle: 'Sent mails are not kept',
  smtp: 'What a mail says, and its link, is known to its reader alone. What waits and what was refused is counted above.',
  listTitle: 'Outbox',
  listAside: 'the newest two hundred, in the memory of the server',
  caption: 'Mails of the outbox, newest first',
  columns: { to: 'To', subject: 'Subject', template: 'Kind', created: 'Made', id: 'Id' },
  filters: { template: 'Kind' },
  empty: { title: 'No mail yet', text: 'Ask for a password reset on the sign-in page, and it is here.', command: 'countersign mail list' },
  open: { to: 'To', template: 'Kind', created: 'Made', id: 'Id', text: 'As text', html: 'Source of the HTML form', close: 'Close' },
} as const
