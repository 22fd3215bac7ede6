import type { Services } from './services.ts'
import { showPasskey } from './passkey-schema.ts'

/** Whatever stands beside the password of an account, as the API shows it: nothing in it is secret. */
export async function showFactors(
  user: string,
  { factors, passkeys, recoveryCodes }: Pick<Services, 'factors' | 'passkeys' | 'recoveryCodes'>,
): Promise<Readonly<Record<string, unknown>>> {
  const [app, keys, left] = await Promise.all([factors.find(user), passkeys.list(user), recoveryCodes.left(user)])
  const totp = app && { confirmed: app.confirmedAt !== undefined, created_at: new Date(app.createdAt).toISOString() }
  return { totp: totp ?? null, passkeys: keys.map(showPasskey), recovery_codes_left: left }
}
