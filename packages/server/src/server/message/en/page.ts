/** What stands around every page. */
export const page = {
  skip: 'Skip to the content',
  language: 'Language',
  optional: 'optional',
  signOut: 'Sign out',
  console: 'Console',
  account: 'Your account',
  backToAccount: 'Back to your account',
  cancel: 'Cancel',
  /** Before the title of a page that was sent back, for whoever hears it. */
  errorPrefix: 'Error: ',
  /** Small, beneath what went wrong, for whoever is asked for help. */
  support: (code: string, requestId: string): string => `Code ${code}, request ${requestId}`,
  pageTitle: (title: string, brand: string): string => `${title} · ${brand}`,
  errorTitle: 'Something went wrong',
  notFoundTitle: 'There is nothing here',
  notFound: 'The address may be mistyped, or the page has moved.',
  toAccount: 'Go to your account',
  tryAgain: 'Try again',
  justNow: 'just now',
}
