import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freePort } from '../../tool/free-port.ts'
import { PageBrowser } from '../http/page-browser.ts'
import { until } from '../http/patience.ts'
import { PASSWORD, ServerWorld } from '../http/server-world.ts'
import { follow, OAuthWorld } from './oauth-world.ts'

const LOCAL = { deliveryNetworks: ['127.0.0.0/8'] }

test('[D05] [B41] signed in here with a server of ours as the other provider: what its security events tell ends the session here, and nobody else’s', async () => {
  const url = `http://127.0.0.1:${await freePort()}`
  await using there = await OAuthWorld.open(LOCAL)
  const { id, secret } = await there.client({ redirect_uris: [`${url}/federation/other/callback`] })
  const receiver = await there.server.service('the other server')
  const provider = { id: 'other', name: 'Other', issuer: there.url, client_id: id, client_secret: secret ?? '' }
  const transmitter = { issuer: there.url, audience: receiver.id }
  await using here = await ServerWorld.open({
    port: Number(new URL(url).port),
    identityProviders: [provider],
    securityEventTransmitters: [transmitter],
  })
  const delivery = { method: 'urn:ietf:rfc:8935', endpoint_url: `${here.url}/v1/security-events` }
  const stream = await there.server.ask('POST', '/v1/security-event-streams', { token: receiver.credential, body: { delivery } })
  assert.equal(stream.status, 201, stream.text)

  /** Somebody of there, signed in there and here. */
  async function signedIn(name: string) {
    const email = `${name}@other.example`
    const made = await there.server.local('POST', '/v1/users', { email, password: PASSWORD, email_verified: true })
    const theirs = await there.browser(email)
    const browser = new PageBrowser(here.url)
    const begun = new URL((await browser.open('/federation/other')).headers.get('location') ?? '')
    const asked = await follow(theirs, there.url, begun.pathname + begun.search)
    const { url: back } = await follow(theirs, there.url, await theirs.send(asked.page, 'allow'))
    await browser.open((back?.pathname ?? '') + (back?.search ?? ''))
    const isIn = async (): Promise<boolean> => (await browser.open('/account')).url.pathname === '/account'
    assert.equal(await isIn(), true, name)
    return { id: made.body.user.id as string, theirs, isIn }
  }
  const ends = ({ isIn }: Awaited<ReturnType<typeof signedIn>>): Promise<void> =>
    until('the end of the session here', async () => !(await isIn()))
  const [ann, bob, eve] = [await signedIn('ann'), await signedIn('bob'), await signedIn('eve')]
  await there.server.local('PATCH', `/v1/users/${ann.id}`, { status: 'suspended' })
  await ends(ann)
  await bob.theirs.submit(await bob.theirs.open('/sign-out'), 'sign_out')
  await ends(bob)
  assert.equal(await eve.isIn(), true)
})
