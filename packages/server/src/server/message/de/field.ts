import type { field as contract } from '../en/field.ts'

export const field: typeof contract = {
  required: 'Füllen Sie dieses Feld aus.',
  invalid: 'Das scheint nicht zu stimmen. Prüfen Sie die Eingabe.',
  tooLong: (most) => `Höchstens ${most} Zeichen, bitte.`,
  tooShort: (least) => `Mindestens ${least} Zeichen, bitte.`,
  email: 'Geben Sie die ganze Adresse an, etwa name@example.com.',
  emailTaken: 'Für diese E-Mail-Adresse gibt es schon ein Konto. Melden Sie sich an, oder nehmen Sie eine andere Adresse.',
  passwordLength: (least, most) => `Bitte ${least} bis ${most} Zeichen.`,
  passwordShort: (least) => `Mindestens ${least} Zeichen, bitte.`,
  passwordPattern: 'Das wiederholt sich oder folgt einer Reihe. Wählen Sie etwas, das schwerer zu erraten ist.',
  passwordPersonal: (least) =>
    `Zu viel davon ist Ihr Name, Ihre Adresse oder der Name dieses Dienstes. Mindestens ${least} andere Zeichen müssen übrig bleiben.`,
  passwordCommon: 'Das ist eines der häufigsten Passwörter. Wählen Sie eines, das nur Ihnen gehört.',
  passwordBreached: 'Dieses Passwort ist aus einem Datenleck bekannt. Wählen Sie ein anderes.',
  passwordCharacters: 'Das enthält ein Zeichen, das sich nicht speichern lässt. Geben Sie das Passwort neu ein.',
  currentPassword: 'Das ist nicht Ihr jetziges Passwort.',
  code: 'Dieser Code stimmt nicht oder wurde schon benutzt. Warten Sie auf den nächsten und geben Sie den ein.',
  mailCode: 'Dieser Code stimmt nicht oder gilt nicht mehr. Prüfen Sie ihn, oder fordern Sie noch eine Mail an.',
  recoveryCode: 'Dieser Notfallcode stimmt nicht oder wurde schon benutzt.',
}
