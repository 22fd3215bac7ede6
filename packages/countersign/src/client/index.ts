export { createSessionClient, type SessionChange, type SessionClient, type SessionClientOptions } from './session-client.ts'
export type { SignInRequest } from './session-api.ts'
export { memoryStorage, type SessionDescription, type SessionStorage, type SessionUser } from './stored-session.ts'
