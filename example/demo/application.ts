import * as client from 'openid-client'
import { type Api, peek } from './api.ts'
import { Browser } from './browser.ts'
import { type Person, person } from './people.ts'
import type { Step } from './story.ts'

const REDIRECT = 'http://127.0.0.1:9/callback'

/** An application of somebody else: all that it knows of the server comes from discovery, by a library of somebody else. */
interface Application {
  readonly id: string
  readonly config: client.Configuration
}

/** What an application holds after a person has allowed it. */
interface Allowed {
  readonly application: Application
  readonly token: string
  readonly browser: Browser
}

async function register(api: Api, serverUrl: string): Promise<Application> {
  const { id, secret } = await api.createClient({ name: 'Harbour Orders', redirect_uris: [REDIRECT], scopes: ['orders:read'] })
  const authentication = client.ClientSecretBasic(secret)
  const config = await client.discovery(new URL(serverUrl), id, undefined, authentication, { execute: [client.allowInsecureRequests] })
  return { id, config }
}

/** Authorization code with PKCE: the application sends Ada's browser, Ada signs in and allows it, the application redeems the code. */
async function allow(application: Application, serverUrl: string, { email, password }: Person): Promise<Allowed> {
  const { config } = application
  const pkceCodeVerifier = client.randomPKCECodeVerifier()
  const expectedState = client.randomState()
  const browser = new Browser(serverUrl)
  const signIn = await browser.open(
    client.buildAuthorizationUrl(config, {
      redirect_uri: REDIRECT,
      scope: 'openid orders:read',
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
      state: expectedState,
    }),
  )
  const consent = await browser.press(signIn, 'sign_in', { email, password })
  const { url } = await browser.press(consent, 'allow')
  const { access_token: token } = await client.authorizationCodeGrant(config, url, { pkceCodeVerifier, expectedState })
  return { application, token, browser }
}

type Act = (api: Api, allowed: Allowed) => Promise<unknown>

/** Every service accepts the token; then it ends in that way, and every service refuses it. `restore` makes ready for the next round. */
function endsBy(end: Act, restore: Act = () => Promise.resolve()): Step[1] {
  return async (story) => {
    let line = ''
    for (let round = 0; round < story.rounds; round++) {
      const { serverUrl } = story.world
      const api = await story.asAdmin()
      const allowed = await allow(await register(api, serverUrl), serverUrl, person)
      line = await story.refusedAfter(allowed.token, () => end(api, allowed))
      await restore(api, allowed)
    }
    return line
  }
}

/** Title and what must hold, as in the other steps. */
export const applicationSteps: readonly Step[] = [
  [
    'an application gives back the token that Ada has allowed it (RFC 7009)',
    endsBy((_api, { application: { config }, token }) => client.tokenRevocation(config, token)),
  ],
  [
    'the session ends in which Ada has allowed the application',
    endsBy((api, { token }) => api.revoke('session', peek(token, 'claims', 'sid'))),
  ],
  [
    'Ada takes back what she has allowed the application',
    endsBy(async (_api, { browser }) => browser.press(await browser.open('/account/apps'), 'disconnect')),
  ],
  [
    'Ada is suspended',
    endsBy(
      (api, { token }) => api.setStatus(peek(token, 'claims', 'sub'), 'suspended'),
      (api, { token }) => api.setStatus(peek(token, 'claims', 'sub'), 'active'),
    ),
  ],
  ['the application is disabled', endsBy((api, { application: { id } }) => api.disableClient(id))],
]
