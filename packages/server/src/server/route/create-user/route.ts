import * as z from 'zod'
import type { Accounts, Profile, User } from '../../../account/index.ts'
import type { OpaqueRegistration, OpaqueRegistrationUpload } from '../../../account/opaque/index.ts'
import { nameAct } from '../../../audit/index.ts'
import { json } from '../../answer.ts'
import { InvalidRequest } from '../../field-error.ts'
import { opaqueUpload } from '../../opaque-schema.ts'
import { showUser } from '../../representation.ts'
import { requestLocale } from '../../request-locale.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { displayName, email, password, passwordHash, roles, userSchema } from '../../schema.ts'

/** Sign-up. Open to everyone; giving roles, and bringing the hash of another system, is for operators. */
export const createUser: Operation = defineRoute({
  operationId: 'createUser',
  method: 'POST',
  path: '/v1/users',
  summary:
    'Create an account, with a password or a registration by OPAQUE. `roles`, `password_hash` (of another system), `email_verified` and `dry_run` may only be given by an operator. Where mail is sent, the address is asked to be confirmed.',
  authority: 'public',
  body: z.strictObject({
    email,
    password: password.optional(),
    opaque: opaqueUpload.optional(),
    password_hash: passwordHash.optional(),
    name: displayName.optional(),
    roles: roles.optional(),
    email_verified: z.boolean().optional(),
    dry_run: z.boolean().optional(),
  }),
  responses: {
    201: { description: 'The account was created.', schema: z.strictObject({ user: userSchema }) },
    204: { description: 'The account would be created: `dry_run` was asked for.' },
  },
  async handle({ body, request, requireOperator }, { accounts, opaqueRegistration }) {
    const { email, name, roles = [], email_verified: emailVerified = false } = body
    if (operatorsMembers.some((member) => body[member] !== undefined)) await requireOperator()
    const profile = { email, roles, emailVerified, ...(name === undefined ? {} : { name }) }
    const chosen = passwordOf(body)
    if (body.dry_run === true) {
      if (chosen.kind !== 'hash') throw wrong('/dry_run', 'goes with password_hash only')
      nameAct({ isQuiet: true })
      await accounts.rehearseAdoption(profile, chosen.hash)
      return new Response(null, { status: 204 })
    }
    return json(201, { user: showUser(await create({ ...profile, ...asked(chosen, request) }, chosen, accounts, opaqueRegistration)) })
  },
})

const operatorsMembers = ['roles', 'password_hash', 'email_verified', 'dry_run'] as const

/** People who come from another system have not asked for anything, and get no mail. */
const asked = ({ kind }: Chosen, request: Request): Pick<Profile, 'locale'> => (kind === 'hash' ? {} : { locale: requestLocale(request) })

interface Given {
  readonly password?: string | undefined
  readonly opaque?: { readonly registration: string; readonly registration_record: string } | undefined
  readonly password_hash?: string | undefined
}

/** In clear, as a record that was made of it, or as the hash of another system. */
type Chosen =
  | { readonly kind: 'clear'; readonly password: string }
  | { readonly kind: 'opaque'; readonly upload: OpaqueRegistrationUpload }
  | { readonly kind: 'hash'; readonly hash: string }

function passwordOf({ password, opaque, password_hash: hash }: Given): Chosen {
  const chosen: Chosen[] = []
  if (password !== undefined) chosen.push({ kind: 'clear', password })
  if (opaque !== undefined) {
    chosen.push({ kind: 'opaque', upload: { registration: opaque.registration, registrationRecord: opaque.registration_record } })
  }
  if (hash !== undefined) chosen.push({ kind: 'hash', hash })
  const [first, second] = chosen
  if (first === undefined) throw wrong('/password', 'is required')
  if (second !== undefined) {
    const [earlier, later] = [first, second].map(({ kind }) => memberOf[kind])
    throw wrong(`/${later}`, `must not stand beside ${earlier}`)
  }
  return first
}

const memberOf = { clear: 'password', opaque: 'opaque', hash: 'password_hash' } as const satisfies Record<Chosen['kind'], keyof Given>

function create(profile: Profile, chosen: Chosen, accounts: Accounts, registration: OpaqueRegistration): Promise<User> {
  switch (chosen.kind) {
    case 'clear':
      return accounts.signUp({ ...profile, password: chosen.password })
    case 'opaque':
      return registration.signUp(profile, chosen.upload)
    case 'hash':
      return accounts.adopt(profile, chosen.hash)
  }
}

const wrong = (pointer: string, detail: string): InvalidRequest => new InvalidRequest([{ pointer, detail }])
