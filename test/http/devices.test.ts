import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { ManualClock, systemPlatform } from 'countersign/core'
import { geoIpFile } from './geo-ip-file.ts'
import { until } from './patience.ts'
import { PASSWORD, ServerWorld, type SignedInReply } from './server-world.ts'

const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0'
const SAFARI =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1'

interface Shown {
  readonly id: string
  readonly current: boolean
  readonly created_at: string
  readonly last_used_at: string
  readonly device: Readonly<Record<string, string | null>>
}

suite('the devices of a user', () => {
  const clock = new ManualClock(1_800_000_000_000)
  const file = join(tmpdir(), `cs-places-${process.pid}.mmdb`)
  let world: ServerWorld

  before(async () => {
    writeFileSync(file, geoIpFile())
    const options = { issuer: 'https://auth.example', trustedProxies: ['127.0.0.1'], geoIpFile: file }
    world = await ServerWorld.open(options, { ...systemPlatform, clock })
  })
  after(() => world[Symbol.asyncDispose]())

  const signInFrom = async (email: string, address: string, userAgent: string, device?: unknown): Promise<SignedInReply> => {
    const body = { email, password: PASSWORD, ...(device === undefined ? {} : { device }) }
    const answer = await world.ask('POST', '/v1/sessions', { body, headers: { 'x-forwarded-for': address, 'user-agent': userAgent } })
    assert.equal(answer.status, 201)
    return answer.body
  }
  const account = async (email: string): Promise<string> => {
    assert.equal((await world.local('POST', '/v1/users', { email, password: PASSWORD })).status, 201)
    return email
  }
  const list = async (token: string): Promise<readonly Shown[]> => (await world.ask('GET', '/v1/sessions', { token })).body.sessions

  test('[C10] each is listed with browser, system, address, place, first and last use; the one that asks is marked', async () => {
    const email = await account('ann@devices.example')
    const laptop = await signInFrom(email, '85.240.1.7', FIREFOX, 'at work')
    const firstUse = clock.now()
    clock.advance(60_000)
    const phone = await signInFrom(email, '203.0.113.9', SAFARI)
    clock.advance(60_000)
    await world.refresh(laptop.refresh_token)
    const shown = await list(phone.access_token)
    assert.deepEqual(
      shown.map(({ id, current }) => [id, current]),
      [
        [phone.session.id, true],
        [laptop.session.id, false],
      ],
    )
    assert.deepEqual(shown[1]?.device, {
      name: 'at work',
      user_agent: FIREFOX,
      address: '85.240.1.7',
      browser: 'Firefox',
      system: 'Windows',
      place: 'Lisbon, Portugal',
    })
    const { browser, system, place } = shown[0]?.device ?? {}
    assert.deepEqual([browser, system, place], ['Safari', 'iOS', 'Montréal, Canada'])
    const times = shown.map(({ created_at, last_used_at }) => [Date.parse(created_at), Date.parse(last_used_at)])
    assert.deepEqual(times, [
      [firstUse + 60_000, firstUse + 60_000],
      [firstUse, firstUse + 120_000],
    ])
  })

  test('[C10] one is ended, and then all the others: the tokens of each are dead', async () => {
    const email = await account('ben@devices.example')
    const [one, other, third] = [
      await signInFrom(email, '85.240.1.7', FIREFOX),
      await signInFrom(email, '85.240.1.8', SAFARI),
      await signInFrom(email, '85.240.1.9', 'curl/8.5.0'),
    ]
    const end = await world.ask('DELETE', `/v1/sessions/${other.session.id}`, { token: one.access_token })
    assert.equal(end.status, 204)
    assert.deepEqual(
      [await world.verdictOn(other.access_token), await world.refreshVerdictOn(other.refresh_token)],
      ['token_revoked', 'refresh_invalid'],
    )
    const rest = await world.ask('DELETE', '/v1/sessions?except=current', { token: one.access_token })
    assert.deepEqual(rest.body.ended, [third.session.id])
    assert.equal(await world.verdictOn(third.access_token), 'token_revoked')
    assert.deepEqual(
      (await list(one.access_token)).map(({ id }) => id),
      [one.session.id],
    )
  })

  test('[C10] what calls itself nothing, or nothing that is known, is listed all the same', async () => {
    const email = await account('cy@devices.example')
    const odd = await signInFrom(email, 'unknown', '<script>alert(1)</script>')
    const [shown] = await list(odd.access_token)
    assert.deepEqual([shown?.device['address'], shown?.device['place'], shown?.device['system']], [null, null, null])
  })

  test('[C10] a sign-in on something new is noticed, unless it is the first, or the device shows that it is known', async () => {
    const email = await account('dee@devices.example')
    const isNotice = (mail: { readonly to: string; readonly template: string }): boolean =>
      mail.to === email && mail.template === 'new_sign_in'
    const waiting = async () => (await world.local('GET', '/v1/mails')).body.mails.filter(isNotice).length
    const arrivesWith = async (expected: number): Promise<void> => {
      await until(
        'the mail',
        async () => (await waiting()) >= expected,
        () => clock.advance(100),
      )
      assert.equal(await waiting(), expected)
    }
    const first = await world.ask('POST', '/v1/sessions', {
      body: { email, password: PASSWORD },
      headers: { 'x-forwarded-for': '85.240.1.7', 'user-agent': FIREFOX },
    })
    await signInFrom(email, '85.240.99.7', FIREFOX.replaceAll('140', '155'))
    await arrivesWith(0)
    await signInFrom(email, '85.240.1.7', SAFARI)
    await arrivesWith(1)
    await signInFrom(email, '85.240.1.7', SAFARI)
    await signInFrom(email, '198.51.100.3', FIREFOX, { token: first.body.device_token })
    await arrivesWith(1)
    await signInFrom(email, '203.0.113.3', FIREFOX)
    await arrivesWith(2)
    const stranger = await account('eve@devices.example')
    const theirs = await signInFrom(stranger, '85.240.1.7', FIREFOX)
    await signInFrom(email, '192.0.2.44', FIREFOX, { token: (theirs as unknown as { device_token: string }).device_token })
    await arrivesWith(3)
  })
})

suite('a GeoIP file that cannot be used', () => {
  test('[C10] costs the places and nothing else', async () => {
    await using world = await ServerWorld.open({ geoIpFile: '/nowhere/places.mmdb' })
    const { access_token: token } = await world.person()
    const { status, body } = await world.ask('GET', '/v1/sessions', { token })
    assert.deepEqual([status, body.sessions[0].device.place], [200, null])
    assert.ok(world.lines.some((line) => line.includes('the GeoIP file cannot be used')))
  })
})
