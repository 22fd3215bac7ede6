/** What is wrong with a field, said at the field. */
export const field = {
  required: 'Fill in this field.',
  invalid: 'This does not look right. Check what you typed.',
  tooLong: (most: number): string => `Use at most ${most} characters.`,
  tooShort: (least: number): string => `Use at least ${least} characters.`,
  email: 'Write the whole address, such as name@example.com.',
  emailTaken: 'There is an account with this e-mail address already. Sign in, or use another address.',
  passwordLength: (least: number, most: number): string => `Use ${least} to ${most} characters.`,
  passwordShort: (least: number): string => `Use at least ${least} characters.`,
  passwordPattern: 'This repeats itself or follows a sequence. Choose something harder to guess.',
  passwordPersonal: (least: number): string =>
    `Too much of this is your name, your address or the name of this service. Leave at least ${least} other characters.`,
  passwordCommon: 'This is one of the most common passwords. Choose one that is yours alone.',
  passwordBreached: 'This password is known from a data breach. Choose another one.',
  passwordCharacters: 'This holds a character that cannot be stored. Type the password again.',
  currentPassword: 'This is not your current password.',
  code: 'This code is not right, or was used before. Wait for the next one and type that.',
  mailCode: 'This code is not right, or is no longer good. Check it, or ask for another mail.',
  recoveryCode: 'This recovery code is not right, or was used before.',
}
