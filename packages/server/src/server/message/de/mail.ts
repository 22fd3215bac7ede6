import type { mail as contract } from '../en/mail.ts'

export const mail: typeof contract = {
  notice: {
    wasYou: 'Wenn Sie das waren, ist nichts zu tun.',
    wasNotYou:
      'Wenn Sie das nicht waren, benutzen Sie den Link unten. Er meldet sofort alle Geräte ab, und Sie können ein neues Passwort wählen.',
    notMe: 'Das war ich nicht',
    time: 'Zeit',
    browser: 'Browser',
    address: 'Netzadresse',
    unknown: 'unbekannt',
    on: (browser, system) => `${browser} auf ${system}`,
  },
  newSignIn: {
    subject: (brand) => `Neue Anmeldung bei Ihrem ${brand}-Konto`,
    heading: 'Neue Anmeldung',
    text: (account) => `Eben hat sich jemand beim Konto ${account} auf einem Gerät angemeldet, das wir noch nicht kannten.`,
  },
  passwordChanged: {
    subject: (brand) => `Ihr ${brand}-Passwort wurde geändert`,
    heading: 'Passwort geändert',
    text: (account) => `Das Passwort des Kontos ${account} wurde geändert. Alle anderen Geräte wurden abgemeldet.`,
  },
  factorAdded: {
    subject: (brand) => `Neue Anmeldemethode für Ihr ${brand}-Konto`,
    heading: 'Anmeldemethode hinzugefügt',
    text: (account, factor) => `${factor} wurde zum Konto ${account} hinzugefügt.`,
  },
  factorRemoved: {
    subject: (brand) => `Eine Anmeldemethode Ihres ${brand}-Kontos wurde entfernt`,
    heading: 'Anmeldemethode entfernt',
    text: (account, factor) => `${factor} wurde vom Konto ${account} entfernt.`,
  },
  recoveryCodesRenewed: {
    subject: (brand) => `Neue Wiederherstellungscodes für Ihr ${brand}-Konto`,
    heading: 'Neue Wiederherstellungscodes',
    text: (account) => `Für das Konto ${account} wurden neue Wiederherstellungscodes erstellt. Die alten gelten nicht mehr.`,
  },
  emailChanged: {
    subject: (brand) => `Die Adresse Ihres ${brand}-Kontos wurde geändert`,
    heading: 'E-Mail-Adresse geändert',
    text: (account) => `Das Konto, das bisher ${account} hieß, hat jetzt eine andere E-Mail-Adresse. An diese wird nichts mehr geschickt.`,
    wasNotYou:
      'Wenn Sie das nicht waren, benutzen Sie den Link unten. Er stellt diese Adresse wieder her und meldet sofort alle Geräte ab, und Sie können ein neues Passwort wählen.',
  },
  sessionStolen: {
    subject: (brand) => `Ein Gerät wurde von Ihrem ${brand}-Konto abgemeldet`,
    heading: 'Ein Gerät wurde abgemeldet',
    text: (account) =>
      `Auf einem Gerät des Kontos ${account} wurde ein Schlüssel Ihrer Sitzung zweimal benutzt. Das geschieht, wenn ihn jemand kopiert hat. Wir haben dieses Gerät abgemeldet; Sie können sich dort wieder anmelden.`,
    wasNotYou:
      'Wenn Sie nicht wissen, wie es dazu kam, benutzen Sie den Link unten. Er meldet sofort alle Geräte ab, und Sie können ein neues Passwort wählen.',
  },
  webhookDisabled: {
    subject: (brand: string): string => `Ein Webhook-Endpunkt von ${brand} wurde abgeschaltet`,
    heading: 'Webhook-Endpunkt abgeschaltet',
    text: (host: string): string => `Der Endpunkt bei ${host} erfährt nichts mehr.`,
    gone: 'Er hat geantwortet, dass es ihn nicht mehr gibt (410).',
    failedForDays: 'Fünf Tage lang konnte ihm nichts zugestellt werden.',
    next: 'Was nicht zugestellt wurde, bleibt dreißig Tage lang. Schalten Sie den Endpunkt ein und senden Sie es noch einmal: countersign webhooks replay --endpoint',
  },
  passwordReset: {
    subject: (brand) => `Neues ${brand}-Passwort wählen`,
    heading: 'Neues Passwort wählen',
    text: (account) => `Jemand, hoffentlich Sie, hat ein neues Passwort für das Konto ${account} angefordert.`,
    button: 'Neues Passwort wählen',
    life: 'Der Link gilt einmal und einen Tag lang. Wenn Sie ihn benutzen, werden alle Geräte abgemeldet.',
    ignore: 'Wenn Sie das nicht waren, ist nichts zu tun: Das Passwort bleibt, wie es ist.',
  },
  magicLink: {
    subject: (brand) => `Bei ${brand} anmelden`,
    heading: 'Anmelden',
    text: (account) => `Jemand, hoffentlich Sie, möchte sich per Mail beim Konto ${account} anmelden.`,
    button: 'Anmelden',
    orCode: 'Oder geben Sie diesen Code dort ein, wo Sie diese Mail angefordert haben:',
    life: 'Link und Code gelten einmal und 15 Minuten lang.',
    ignore: 'Wenn Sie das nicht waren, ist nichts zu tun. Geben Sie den Code niemandem.',
  },
  emailVerification: {
    subject: (brand) => `Bestätigen Sie Ihre Adresse für ${brand}`,
    heading: 'Adresse bestätigen',
    text: (account) => `Mit der Adresse ${account} wurde ein Konto eröffnet. Bitte bestätigen Sie, dass sie Ihnen gehört.`,
    button: 'Adresse bestätigen',
    life: 'Der Link gilt einmal und einen Tag lang.',
    ignore: 'Wenn Sie kein Konto eröffnet haben, benutzen Sie den Link nicht: Sonst ginge es mit Ihrer Adresse weiter.',
  },
  emailChange: {
    subject: (brand) => `Bestätigen Sie Ihre neue Adresse für ${brand}`,
    heading: 'Neue Adresse bestätigen',
    text: (account) => `Jemand, hoffentlich Sie, möchte ${account} als Adresse des eigenen Kontos verwenden.`,
    button: 'Diese Adresse verwenden',
    life: 'Der Link gilt einmal und einen Tag lang. Bis dahin ändert sich nichts.',
    ignore: 'Wenn Sie das nicht waren, ist nichts zu tun.',
  },
  factors: {
    app: 'Eine Authenticator-App',
    passkey: 'Ein Passkey',
    identity: 'Die Anmeldung über einen anderen Anbieter',
    other: 'Ein zweiter Faktor',
  },
  footer: (brand) => `Von ${brand} zu Ihrem Konto gesendet. Antworten auf diese Mail liest niemand.`,
  linkHint: 'Wenn der Knopf nicht geht, kopieren Sie diese Adresse in Ihren Browser:',
}
