export type { ServiceCredential, ServiceCredentialStore } from './service-credential-store.ts'
export { type IssuedServiceCredential, ServiceCredentials, type ServiceCredentialsOptions } from './service-credentials.ts'
