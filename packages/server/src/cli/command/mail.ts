import type { Command } from 'commander'
import { call } from '../door/door.ts'
import { throughDoor } from '../door/open-door.ts'
import type { MailQueueRecord, MailRecord, MailSummaryRecord } from '../record.ts'
import { type Column, printList, printResult } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { type CommonOptions, withDoor, withExamples } from './option.ts'

const columns: readonly Column<MailSummaryRecord>[] = [
  { title: 'id', of: ({ id }) => id },
  { title: 'to', of: ({ to }) => to },
  { title: 'subject', of: ({ subject }) => subject },
  { title: 'made', of: (mail) => mail.created_at },
]

const sentences: Readonly<Record<MailQueueRecord['transport'], string>> = {
  smtp: 'Mail is sent by SMTP and not kept here.',
  outbox: 'The outbox is empty.',
  none: 'This server sends no mail: give it a mail server in COUNTERSIGN_MAIL_URL.',
}

async function list(options: CommonOptions, terminal: Terminal): Promise<void> {
  await throughDoor(options, terminal, async (door) => {
    const { mails, queue } = await call<{ mails: readonly MailSummaryRecord[]; queue: MailQueueRecord }>(door, 'GET', '/v1/mails')
    printList(terminal, options, mails, columns, sentences[queue.transport])
    if (!options.json && queue.waiting + queue.refused > 0) terminal.print(`${queue.waiting} to be sent, ${queue.refused} refused.`)
  })
}

/** Nothing in a mail may steer a terminal. */
const plain = (text: string): string => text.replace(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\ufffd')

async function show(id: string, options: CommonOptions, terminal: Terminal): Promise<void> {
  await throughDoor(options, terminal, async (door) => {
    const { mail } = await call<{ mail: MailRecord }>(door, 'GET', `/v1/mails/${encodeURIComponent(id)}`)
    printResult(terminal, options, { mail }, plain(`To: ${mail.to}\nSubject: ${mail.subject}\n\n${mail.text.trimEnd()}`))
  })
}

export function addMail(program: Command, terminal: Terminal): void {
  const mail = program.command('mail').description('the queue of mail; in development what was sent')
  withExamples(
    withDoor(mail.command('list').description('list the mails of the outbox, and how much waits to be sent')).action(
      (options: CommonOptions) => list(options, terminal),
    ),
    'mail list',
    'mail list --json',
  )
  withExamples(
    withDoor(mail.command('show <id>').description('show one mail of the outbox')).action((id: string, options: CommonOptions) =>
      show(id, options, terminal),
    ),
    'mail show mail.4pF0bNqN1TqVn3PyC2jR5w',
  )
}
