/** Runs in the browser. Takes the token out of the address at once, so that it stays neither on screen nor in the history. */
export const setupScript: string = `
'use strict'
const token = location.hash.slice(1)
history.replaceState(null, '', location.pathname)
const form = document.getElementById('form')
const notice = document.getElementById('notice')
const button = form.querySelector('button')
function say(text, bad) {
  notice.textContent = text
  notice.className = bad ? 'bad' : ''
  notice.hidden = false
  notice.focus()
}
if (token === '') say('This address is incomplete. Open the whole set-up link that the server printed.', true)
form.addEventListener('submit', async (event) => {
  event.preventDefault()
  button.disabled = true
  try {
    const response = await fetch('/v1/setup', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token, email: form.email.value, password: form.password.value }),
    })
    if (response.status === 201) {
      form.hidden = true
      say('Done. You can sign in with this e-mail address and password now.', false)
      return
    }
    const problem = await response.json()
    const details = (problem.errors || []).map((error) => error.pointer.slice(1) + ' ' + error.detail)
    if (response.status === 404) say('This link was used already or has expired. Restart the server for a new one.', true)
    else say(details.length > 0 ? 'Please correct: ' + details.join('; ') + '.' : problem.title, true)
  } catch {
    say('The server cannot be reached. Try again.', true)
  } finally {
    button.disabled = false
  }
})
`
