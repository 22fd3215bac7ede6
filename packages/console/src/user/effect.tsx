import type { JSX } from 'react'

/** What something does, and what that means for the operator who does it. */
export const Effect = ({ text, own }: { readonly text: string; readonly own: string | undefined }): JSX.Element => (
  <>
    {text}
    {own === undefined ? null : <strong> {own}</strong>}
  </>
)
