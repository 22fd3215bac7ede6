import { type Browser, chromium } from 'playwright-core'
import { installed, type Service, startService } from './process.ts'

export interface Chromium extends AsyncDisposable {
  readonly service: Service
  readonly browser: Browser
}

/** A browser of its own, without a window and with an empty profile, which ends with us. It calls nobody but the pages that it is sent to. */
export async function startChromium(): Promise<Chromium> {
  const service = await startService({
    command: await installed('chromium', 'chromium'),
    args: ({ port, folder }) => [
      ...['--headless=new', `--remote-debugging-port=${port}`, `--user-data-dir=${folder}/profile`],
      // Containers often allow no user namespaces, and have little shared memory; the pages are our own.
      ...['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-quic', '--no-first-run', '--no-default-browser-check'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-breakpad', '--disable-extensions'],
      // Passwords of the tests are known from breaches; nothing may pop up about that, and no page be slowed down in the background.
      ...['--disable-features=PasswordLeakDetection,Translate,MediaRouter', '--password-store=basic', '--use-mock-keychain'],
      ...['--disable-background-timer-throttling', '--disable-renderer-backgrounding', '--disable-backgrounding-occluded-windows'],
      ...['--hide-scrollbars', '--mute-audio', '--font-render-hinting=none', '--force-color-profile=srgb', '--lang=en-GB'],
      // A server of the tests listens on one address only; the name would be tried on another one first.
      ...['--host-resolver-rules=MAP localhost 127.0.0.1', 'about:blank'],
    ],
    env: { HOME: '/nonexistent' },
    ready: answersAsBrowser,
  })
  try {
    const browser = await chromium.connectOverCDP(`http://127.0.0.1:${service.port}`, { timeout: 60_000 })
    return {
      service,
      browser,
      async [Symbol.asyncDispose]() {
        await browser.close()
        await service[Symbol.asyncDispose]()
      },
    }
  } catch (error) {
    await service[Symbol.asyncDispose]()
    throw error
  }
}

async function answersAsBrowser({ port }: { readonly port: number }): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/json/version`)).ok
  } catch {
    return false
  }
}
