import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { AuditEvent } from '../api/audit.ts'
import { actorName, outcomeText, pageOf } from './event.ts'
import { allEvents, exportText } from './export.ts'
import { draftOf, eventPath, isEmpty, narrowedPath, positionIn, selectionOf, withDraft } from './selection.ts'
import { checkpointOf, findingText, placeOf, verificationText } from './verification.ts'

const event: AuditEvent = {
  position: 7,
  at: '2030-01-31T12:00:00.000Z',
  operation: 'revokeSigningKey',
  actor: { kind: 'user', id: 'usr_1', session: 'ses_1', by: null },
  target: { kind: 'user', id: '=HYPERLINK("x")' },
  outcome: 'refused',
  code: 'forbidden',
  address: '::1',
  request_id: null,
  members: ['reason', 'mode'],
  methods: [],
  count: 12,
  hash: 'abc',
}

suite('what records are narrowed by', () => {
  test('comes from the address and goes back to it, with times as the same moments', () => {
    const query = new URLSearchParams('actor=usr_1&from=2030-01-31T11:00:00.000Z&sort=-at&event=7')
    const selection = selectionOf(query)
    assert.deepEqual(selection, { actor: 'usr_1', from: '2030-01-31T11:00:00.000Z' })
    const next = withDraft(query, draftOf(selection))
    assert.deepEqual(selectionOf(next), selection)
    assert.equal(next.get('sort'), '-at', 'what is not ours stays')
    assert.equal(next.get('event'), null, 'another list, another record')
  })

  test('a time that is none, and what is empty, is not asked for', () => {
    assert.ok(isEmpty(selectionOf(new URLSearchParams('from=soon&actor=%20&search=x'))))
    const query = withDraft(new URLSearchParams('to=2030-01-31T11:00:00.000Z'), { ...draftOf({}), operation: ' signIn ' })
    assert.equal(query.toString(), 'operation=signIn')
  })

  test('a record has an address of its own', () => {
    assert.equal(eventPath(new URLSearchParams('outcome=refused'), 7), '/console/audit?outcome=refused&event=7')
    assert.equal(positionIn(new URLSearchParams('event=7')), 7)
    for (const text of ['0', '-1', 'x', '1e3', '']) assert.equal(positionIn(new URLSearchParams({ event: text })), undefined)
    assert.equal(narrowedPath({ target: 'a b', actor: undefined }), '/console/audit?target=a+b')
  })
})

suite('a record as it is shown', () => {
  test('says how it ended, why, and for how many it stands', () => {
    assert.equal(outcomeText(event), 'Refused, forbidden, 12 times')
    assert.equal(outcomeText({ ...event, outcome: 'pending', code: null, count: null }), 'pending')
    assert.equal(actorName({ ...event, actor: { kind: 'server', id: null, session: null, by: null } }), 'server')
  })

  test('leads to what it is about, and never by what a stranger may have typed', () => {
    assert.equal(pageOf('user', 'usr_q0wG'), '/console/users/usr_q0wG')
    assert.equal(pageOf('user', '../../sign-out'), undefined)
    assert.equal(pageOf('user', 'ada@example.com'), undefined)
    assert.equal(pageOf('lease', 'lea_1'), undefined)
    assert.equal(pageOf('user', null), undefined)
  })
})

suite('an export', () => {
  test('has every page', async () => {
    const seen: (string | undefined)[] = []
    const counts: number[] = []
    const all = await allEvents({
      load: async (after) => {
        seen.push(after)
        return { items: [event], next: after === undefined ? '7' : null }
      },
      onProgress: (count) => counts.push(count),
    })
    assert.equal(all.length, 2)
    assert.deepEqual(
      [seen, counts],
      [
        [undefined, '7'],
        [1, 2],
      ],
    )
  })

  test('is a table whose cells no spreadsheet takes for formulas, or a line of JSON each', () => {
    const [titles = '', line = ''] = exportText([event], 'csv').split('\r\n')
    assert.equal(titles.split(',').length, 17)
    assert.match(
      line,
      /^7,2030-01-31T12:00:00\.000Z,revokeSigningKey,user,usr_1,ses_1,,user,"'=HYPERLINK\(""x""\)",refused,forbidden,::1,,reason mode,,12,abc$/,
    )
    assert.deepEqual(JSON.parse(exportText([event], 'jsonl')), event)
  })
})

suite('a verification', () => {
  const kept = { position: 3, hash: 'h', seal: 's', at: '2030-01-31T12:00:00.000Z' }

  test('takes a checkpoint as it was kept, none, or says that it is none', () => {
    assert.deepEqual(checkpointOf(JSON.stringify({ ...kept, note: 'kept by me' })), kept)
    assert.equal(checkpointOf(' \n'), undefined)
    for (const text of ['x', '[]', 'null', '{"position":"3","hash":"h"}', '7']) assert.equal(checkpointOf(text), null, text)
  })

  test('tells what was found, where, and what the checkpoint has shown', () => {
    const result = { intact: true, records: 9, base: 2, head: 11, checkpoint: 'held', findings: [] }
    assert.match(verificationText(result), /^9 records, 3 to 11, are as they were written\. The record of the checkpoint is there/)
    const finding = { kind: 'missing', position: 4, up_to: 6 }
    assert.match(verificationText({ ...result, intact: false, checkpoint: 'odd', findings: [finding] }), /^1 finding.* odd$/)
    assert.equal(placeOf(finding), '4–6')
    assert.equal(placeOf({ ...finding, up_to: 4 }), '4')
    assert.equal(findingText({ ...finding, kind: 'odd' }), 'odd')
  })
})
