/**
 * Where every account must have a second factor, a sign-in without one gets tokens that are good for nothing but to set one up: they name this
 * `acr`, neither roles nor scope, and an audience that no service has. So a service refuses them that has never heard of the rule.
 */
export const ENROLMENT = 'enrolment'

/** `aud` of such tokens. */
export const enrolmentAudience = (issuer: string): string => `${issuer}/v1/me/factors`
