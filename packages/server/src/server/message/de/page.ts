import type { page as contract } from '../en/page.ts'

export const page: typeof contract = {
  skip: 'Zum Inhalt springen',
  language: 'Sprache',
  optional: 'freiwillig',
  signOut: 'Abmelden',
  console: 'Konsole',
  account: 'Ihr Konto',
  backToAccount: 'Zurück zum Konto',
  cancel: 'Abbrechen',
  errorPrefix: 'Fehler: ',
  support: (code, requestId) => `Code ${code}, Anfrage ${requestId}`,
  pageTitle: (title, brand) => `${title} · ${brand}`,
  errorTitle: 'Etwas ist schiefgegangen',
  notFoundTitle: 'Hier ist nichts',
  notFound: 'Vielleicht ist die Adresse vertippt, oder die Seite ist umgezogen.',
  toAccount: 'Zu Ihrem Konto',
  tryAgain: 'Noch einmal versuchen',
  justNow: 'gerade eben',
}
