import { errors } from 'oidc-provider'
import { isObject } from './requested-claims.ts'

const MAXIMUM_MEMBERS = 50

/**
 * Called before anything is made of it. Afterwards `userinfo` is gone from what is checked, not from what is asked: the library would refuse it,
 * since the userinfo endpoint is ours.
 *
 * @throws {errors.InvalidRequest}
 */
export function checkClaimsParameter(claims: { userinfo?: unknown; id_token?: unknown }): void {
  for (const members of [claims.userinfo, claims.id_token]) {
    if (members === undefined) continue
    if (!isObject(members) || Object.keys(members).length > MAXIMUM_MEMBERS) throw new errors.InvalidRequest('claims: too many members')
    // Names are not repeated: RFC 6749 section 4.1.2.1 has no room for all that may stand in one.
    for (const asked of Object.values(members)) {
      if (asked !== null && !isObject(asked)) throw new errors.InvalidRequest('claims: each must be null or an object')
      if (asked?.['values'] !== undefined && !Array.isArray(asked['values']))
        throw new errors.InvalidRequest('claims: values must be a list')
    }
  }
  delete claims.userinfo
}
