export { type RequestJwtPolicy, type RequestJwtPolicyOptions, requestJwtPolicy } from './policy.ts'
export { type RequestJwt, readRequestJwt } from './request-jwt.ts'
export { type RequestJwtSigning, signRequestJwt } from './signer.ts'
