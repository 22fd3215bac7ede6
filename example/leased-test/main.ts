// A test in a real browser, under a lease: countersign lease run --pool e2e -- node --conditions=source example/leased-test/main.ts
// Whoever it signs in as exists for this run alone: when it ends, in whatever way, that password is right no longer.
import { chromium } from 'playwright-core'

const {
  COUNTERSIGN_LEASE_EMAIL: email = '',
  COUNTERSIGN_LEASE_PASSWORD: password = '',
  SITE = 'http://127.0.0.1:4000',
  CHROMIUM,
} = process.env

const browser = await chromium.launch({ args: ['--no-sandbox'], ...(CHROMIUM === undefined ? {} : { executablePath: CHROMIUM }) })
try {
  const page = await browser.newPage()
  await page.goto(`${SITE}/account`)
  await page.locator('input[name=email]').fill(email)
  await page.locator('input[name=password]').fill(password)
  await page.locator('input[name=password]').press('Enter')
  await page.waitForURL(`${SITE}/account`)
  await page.getByText(email).first().waitFor()
  console.log(`signed in as ${email}`)
} finally {
  await browser.close()
}
