import type { refusal as contract } from '../en/refusal.ts'

export const refusal: typeof contract = {
  request_invalid: 'Einige Angaben brauchen noch Ihre Aufmerksamkeit.',
  form_unknown: 'Das Formular ließ sich nicht lesen. Laden Sie die Seite neu und senden Sie es noch einmal.',
  csrf: 'Die Seite war zu lange offen oder wurde von anderswo gesendet. Es wurde nichts geändert. Bitte senden Sie sie noch einmal.',
  credentials_invalid: 'Prüfen Sie E-Mail-Adresse und Passwort.',
  link_invalid: 'Der Link oder Code gilt nicht mehr oder wurde schon benutzt. Fordern Sie eine neue Mail an.',
  email_taken: 'Für diese E-Mail-Adresse gibt es schon ein Konto.',
  conflict: 'In der Zwischenzeit wurde etwas geändert. Sehen Sie sich die Seite noch einmal an und wiederholen Sie, was noch nötig ist.',
  rate_limited: 'Das waren zu viele Versuche. Warten Sie ein wenig und versuchen Sie es dann noch einmal.',
  overloaded: 'Der Dienst ist gerade ausgelastet. Versuchen Sie es in einem Augenblick noch einmal.',
  unavailable: 'Im Moment lässt sich nichts speichern. Es wurde nichts geändert. Versuchen Sie es gleich noch einmal.',
  content_too_large: 'Was Sie gesendet haben, ist zu groß.',
  content_type_unsupported: 'Was Sie gesendet haben, ist kein Formular dieser Seite.',
  insecure_transport: 'Diese Seite gibt es nur über eine sichere Verbindung (https).',
  step_up_required: 'Bestätigen Sie, dass Sie es sind, bevor Sie fortfahren.',
  session_over: 'Ihre Anmeldung ist beendet. Melden Sie sich noch einmal an.',
  not_found: 'Das gibt es nicht mehr. Vielleicht wurde es inzwischen entfernt.',
  method_not_allowed: 'So lässt sich diese Seite nicht benutzen.',
  internal: 'Bei uns ist etwas schiefgegangen. Versuchen Sie es noch einmal; bleibt es dabei, nennen Sie uns die Nummer der Anfrage.',
  other: 'Das hat nicht geklappt. Versuchen Sie es noch einmal.',
}
