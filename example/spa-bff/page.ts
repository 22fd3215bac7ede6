/** The page. It holds no token: whoever gets a script into it finds nothing to take away. */
export const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Orders</title>
<main>
  <h1>Orders</h1>
  <form id="sign-in">
    <label>E-mail <input name="email" type="email" autocomplete="username" required></label>
    <label>Password <input name="password" type="password" autocomplete="current-password" required></label>
    <button>Sign in</button>
  </form>
  <p id="who" role="status"></p>
  <ul id="orders"></ul>
  <button id="order" hidden>Order apples</button>
  <button id="sign-out" hidden>Sign out</button>
</main>
<script type="module" src="/page.js"></script>
</html>
`

export const script = `const byId = (id) => document.getElementById(id)
let csrf = ''

const post = (path, body) =>
  fetch(path, { method: 'POST', headers: { 'content-type': 'application/json', 'x-csrf-token': csrf }, body: JSON.stringify(body ?? {}) })

async function show() {
  const session = await (await fetch('/bff/session')).json()
  csrf = session.csrf_token ?? ''
  byId('who').textContent = session.signed_in ? 'Signed in as ' + session.user.email : 'Signed out'
  byId('sign-in').hidden = session.signed_in
  for (const id of ['order', 'sign-out']) byId(id).hidden = !session.signed_in
  const orders = session.signed_in ? await (await fetch('/api/orders')).json() : []
  byId('orders').replaceChildren(...orders.map((order) => Object.assign(document.createElement('li'), { textContent: order })))
}

byId('sign-in').addEventListener('submit', async (event) => {
  event.preventDefault()
  const answer = await post('/bff/sign-in', Object.fromEntries(new FormData(event.target)))
  if (answer.ok) await show()
  else byId('who').textContent = (await answer.json()).title
})
byId('order').addEventListener('click', async () => (await post('/api/orders', { what: 'apples' }), show()))
byId('sign-out').addEventListener('click', async () => (await post('/bff/sign-out'), show()))
await show()
`
