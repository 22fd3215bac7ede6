export { type CertificateForm, readClientCertificate } from './client-certificate.ts'
export type { Confirmation } from './confirmation.ts'
export { Possession, type ProofClaim } from './possession.ts'
export { parsePossession, type PossessionOptions, type PossessionSettings } from './possession-options.ts'
