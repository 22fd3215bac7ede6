/** The words of mails. What a function takes is a name, or was written in this language before. */
export const mail = {
  notice: {
    wasYou: 'If this was you, there is nothing to do.',
    wasNotYou: 'If this was not you, use the link below. It signs every device out at once and lets you choose a new password.',
    notMe: 'This was not me',
    time: 'Time',
    browser: 'Browser',
    address: 'Network address',
    unknown: 'unknown',
    on: (browser: string, system: string): string => `${browser} on ${system}`,
  },
  newSignIn: {
    subject: (brand: string): string => `New sign-in to your ${brand} account`,
    heading: 'New sign-in',
    text: (account: string): string => `Somebody has just signed in to the account ${account} on a device that we had not seen before.`,
  },
  passwordChanged: {
    subject: (brand: string): string => `Your ${brand} password was changed`,
    heading: 'Password changed',
    text: (account: string): string => `The password of the account ${account} was changed. Every other device was signed out.`,
  },
  factorAdded: {
    subject: (brand: string): string => `A sign-in method was added to your ${brand} account`,
    heading: 'Sign-in method added',
    text: (account: string, factor: string): string => `${factor} was added to the account ${account}.`,
  },
  factorRemoved: {
    subject: (brand: string): string => `A sign-in method was removed from your ${brand} account`,
    heading: 'Sign-in method removed',
    text: (account: string, factor: string): string => `${factor} was removed from the account ${account}.`,
  },
  recoveryCodesRenewed: {
    subject: (brand: string): string => `New recovery codes for your ${brand} account`,
    heading: 'New recovery codes',
    text: (account: string): string => `New recovery codes were made for the account ${account}. The old ones are no longer accepted.`,
  },
  emailChanged: {
    subject: (brand: string): string => `The address of your ${brand} account was changed`,
    heading: 'E-mail address changed',
    text: (account: string): string =>
      `The account that was known as ${account} has another e-mail address now. Nothing more will be sent to this one.`,
    wasNotYou:
      'If this was not you, use the link below. It brings this address back, signs every device out at once and lets you choose a new password.',
  },
  sessionStolen: {
    subject: (brand: string): string => `A device was signed out of your ${brand} account`,
    heading: 'A device was signed out',
    text: (account: string): string =>
      `On one device of the account ${account} a key to your session was used twice, which happens when somebody has copied it. We have signed that device out; you can sign in there again.`,
    wasNotYou:
      'If you do not know why this happened, use the link below. It signs every device out at once and lets you choose a new password.',
  },
  webhookDisabled: {
    subject: (brand: string): string => `A webhook endpoint of ${brand} was disabled`,
    heading: 'Webhook endpoint disabled',
    text: (host: string): string => `The endpoint at ${host} is told nothing any more.`,
    gone: 'It has answered that it is gone (410).',
    failedForDays: 'Nothing could be delivered to it for five days.',
    next: 'What was not delivered is kept for thirty days. Enable the endpoint, then send it again: countersign webhooks replay --endpoint',
  },
  passwordReset: {
    subject: (brand: string): string => `Choose a new ${brand} password`,
    heading: 'Choose a new password',
    text: (account: string): string => `Somebody, we hope you, asked for a new password for the account ${account}.`,
    button: 'Choose a new password',
    life: 'The link works once, for one day. When you use it, every device is signed out.',
    ignore: 'If it was not you, do nothing: the password stays as it is.',
  },
  magicLink: {
    subject: (brand: string): string => `Sign in to ${brand}`,
    heading: 'Sign in',
    text: (account: string): string => `Somebody, we hope you, asked to sign in to the account ${account} by mail.`,
    button: 'Sign in',
    orCode: 'Or type this code where you asked for this mail:',
    life: 'Link and code work once, for 15 minutes.',
    ignore: 'If it was not you, do nothing, and give the code to nobody.',
  },
  emailVerification: {
    subject: (brand: string): string => `Confirm your address for ${brand}`,
    heading: 'Confirm your address',
    text: (account: string): string => `An account was made with the address ${account}. Please confirm that it is yours.`,
    button: 'Confirm the address',
    life: 'The link works once, for one day.',
    ignore: 'If you have made no account, do not use the link: whoever made it would go on with your address.',
  },
  emailChange: {
    subject: (brand: string): string => `Confirm your new address for ${brand}`,
    heading: 'Confirm your new address',
    text: (account: string): string => `Somebody, we hope you, wants to use ${account} as the address of their account.`,
    button: 'Use this address',
    life: 'The link works once, for one day. Nothing changes before you use it.',
    ignore: 'If it was not you, do nothing.',
  },
  factors: { app: 'An authenticator app', passkey: 'A passkey', identity: 'Sign-in with another provider', other: 'A second factor' },
  footer: (brand: string): string => `Sent by ${brand} about your account. Nobody reads the answers to this mail.`,
  linkHint: 'If the button does not work, copy this address into your browser:',
}
