import { createServer, type ServerResponse } from 'node:http'
import { browserModule } from '../../tool/browser-module.ts'
import { listening, type Mounted } from '../http/listening.ts'

/** The scripts of a page as its developer writes them: all of the client, and a session for the tests to hold. */
const page = `<!doctype html><html lang="en"><title>A page</title><script type="module">
globalThis.countersign = await import('/countersign/client/index.ts')
document.title = 'Ready'
</script>`

/** A worker with a client of its own, which answers each message with what came of it. */
const worker = `
import { createSessionClient, workerStorage } from '/countersign/client/index.ts'
let client
onmessage = async ({ data: { id, options, name, inputs = [] } }) => {
  try {
    client ??= createSessionClient({ storage: workerStorage(), ...options })
    postMessage({ id, value: name === undefined ? undefined : await client[name](...inputs) })
  } catch (error) {
    postMessage({ id, error: error.code ?? String(error) })
  }
}`

/** An origin of its own, whose pages load the client of the library as it stands in the repository. */
export async function openSite(): Promise<Mounted & AsyncDisposable & { readonly origin: string }> {
  const server = createServer((request, response) => void answer(request.url ?? '/', response))
  const site = await listening(server)
  return { ...site, origin: `http://localhost:${site.port}`, [Symbol.asyncDispose]: () => site.close() }
}

async function answer(path: string, response: ServerResponse): Promise<void> {
  if (path === '/worker.js') return send(response, 'text/javascript', worker)
  if (!path.startsWith('/countersign/')) return send(response, 'text/html', page)
  const text = await browserModule(path.slice('/countersign'.length))
  if (text === undefined) response.writeHead(404).end()
  else send(response, 'text/javascript', text)
}

function send(response: ServerResponse, type: string, text: string): void {
  response.writeHead(200, { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'max-age=600' }).end(text)
}
