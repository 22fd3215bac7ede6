export {
  type ClaimPath,
  type ClaimPaths,
  foreignIssuerMistakes,
  type ForeignIssuerOptions,
  type ForeignIntrospection,
  foreignIssuerSettings,
  type ForeignIssuerSettings,
  type ForeignStatusList,
} from './foreign-issuer-options.ts'
export { type ForeignIssuer, ForeignIssuers, type ForeignKeys } from './foreign-issuers.ts'
