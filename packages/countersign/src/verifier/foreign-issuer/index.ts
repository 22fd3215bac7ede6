export {
  type ClaimPath,
  type ClaimPaths,
  foreignIssuerMistakes,
  type ForeignIssuerOptions,
  foreignIssuerSettings,
  type ForeignIssuerSettings,
} from './foreign-issuer-options.ts'
export { type ForeignIssuer, ForeignIssuers, type ForeignKeys } from './foreign-issuers.ts'
