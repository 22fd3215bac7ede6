export type { EntryPropagation, PropagationFigures, PropagationOfEntry, PropagationSummary } from './propagation.ts'
export type { AppliedEntries, GivenReport, ReportedVerifier, VerifierState } from './verifier-report.ts'
export { CLOCKS_APART_MS, type HeardReports, type VerifierReportStore } from './verifier-report-store.ts'
export { type ListedVerifier, type ReportingService, VerifierReports, type VerifierReportsOptions } from './verifier-reports.ts'
