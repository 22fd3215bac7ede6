/**
 * Runs in the browser, on the pages that ask for a passkey: fetches the options, has the browser ask its person, and sends the form with what was
 * signed. It writes no HTML and loads nothing.
 */
export const passkeyScript: string = `'use strict'
{
  const api = window.PublicKeyCredential
  const isAble = typeof api?.parseRequestOptionsFromJSON === 'function' && typeof api.parseCreationOptionsFromJSON === 'function'
  /** Browsers give up a challenge later than the server. */
  const REARM_MS = 240000
  let waiting
  /** Then nothing is offered any more: a browser asks its person one thing at a time. */
  let isPressed = false

  class Refused extends Error {
    constructor(status) {
      super('refused')
      this.status = status
    }
  }

  const optionsFor = async (form) => {
    const { url, body } = form.dataset
    const headers = { accept: 'application/json', 'x-csrf-token': form.elements.csrf.value }
    if (body !== undefined) headers['content-type'] = 'application/json'
    const response = await fetch(url, { method: 'POST', headers, body })
    if (!response.ok) throw new Refused(response.status)
    return (await response.json()).options
  }

  const ask = async (form, more) => {
    const options = await optionsFor(form)
    if (form.dataset.passkey === 'create') {
      return navigator.credentials.create({ publicKey: api.parseCreationOptionsFromJSON(options), ...more })
    }
    return navigator.credentials.get({ publicKey: api.parseRequestOptionsFromJSON(options), ...more })
  }

  const send = (form, credential) => {
    form.elements.passkey.value = JSON.stringify(credential.toJSON())
    form.submit()
  }

  const say = (form, name) => {
    for (const each of form.querySelectorAll('[data-say]')) each.hidden = each.dataset.say !== name
  }

  const onSubmit = async (event) => {
    event.preventDefault()
    const form = event.currentTarget
    const button = form.querySelector('button')
    button.disabled = true
    say(form, '')
    isPressed = true
    waiting?.abort()
    try {
      send(form, await ask(form, {}))
    } catch (error) {
      button.disabled = false
      if (error instanceof Refused && error.status === 401 && form.dataset.again !== undefined) location.assign(form.dataset.again)
      else say(form, error?.name === 'InvalidStateError' ? 'known' : 'cancelled')
    }
  }

  /** Lets the browser offer its passkeys where the address is typed, for as long as the page is open. */
  const offer = async (form) => {
    while (!isPressed) {
      waiting = new AbortController()
      const timer = setTimeout(() => waiting.abort('stale'), REARM_MS)
      try {
        send(form, await ask(form, { mediation: 'conditional', signal: waiting.signal }))
        return
      } catch {
        if (waiting.signal.reason !== 'stale') return
      } finally {
        clearTimeout(timer)
      }
    }
  }

  if (isAble) {
    for (const each of document.querySelectorAll('[data-needs-passkey]')) each.hidden = false
    for (const each of document.querySelectorAll('[data-without-passkey]')) each.hidden = true
    for (const form of document.querySelectorAll('form[data-passkey]')) form.addEventListener('submit', onSubmit)
    const conditional = document.querySelector('form[data-conditional]')
    if (conditional !== null && typeof api.isConditionalMediationAvailable === 'function') {
      api.isConditionalMediationAvailable().then((isThere) => isThere && offer(conditional), () => {})
    }
  }
}
`
