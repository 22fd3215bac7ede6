import type { identity as contract } from '../en/identity.ts'

export const identity: typeof contract = {
  signInWith: (provider) => `Mit ${provider} anmelden`,
  confirmWith: (provider) => `Mit ${provider} bestätigen`,
  title: 'Anmeldung über andere Anbieter',
  hint: 'Melden Sie sich mit einem Konto an, das Sie anderswo haben.',
  lead: 'Wer sich bei einem dieser Konten anmelden kann, kann es auch hier. Nach einer Authenticator-App oder einem Passkey dieses Kontos wird weiterhin gefragt.',
  none: 'Noch ist kein Konto anderswo verbunden.',
  connectTo: (provider) => `${provider} verbinden`,
  offerTitle: (provider) => `Dieses Konto bei ${provider} verbinden?`,
  offerLead: (there, here) => `Ab dann meldet ${there} bei ${here} an. Fahren Sie nur fort, wenn jenes Konto Ihnen gehört.`,
  connect: 'Verbinden',
  decline: 'Nicht verbinden',
  connectFailed: 'Das Konto ließ sich nicht verbinden.',
  connected: 'Das Konto ist verbunden.',
  over: 'Das hat zu lange gedauert. Verbinden Sie das Konto noch einmal.',
  since: (when) => `verbunden ${when}`,
  disconnect: 'Trennen',
  disconnectNamed: (provider) => `${provider} trennen`,
  disconnectFailed: 'Das Konto ließ sich nicht trennen.',
  disconnected: 'Das Konto ist getrennt. Es meldet hier niemanden mehr an.',
}
