export const deviceKeyText = {
  title: 'Devices',
  caption: 'Enrolled devices and whose they are',
  empty: {
    title: 'No devices',
    text: 'A device enrols its key itself, with somebody who is signed in: POST /v1/device-keys. It then proves by a signature that it is there.',
  },
  removeEffect:
    'Ends 1 device. It gets no token any more, and every verifier refuses the tokens that it has, at once. This cannot be undone.',
} as const
