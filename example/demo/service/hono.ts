import { serve } from '@hono/node-server'
import type { Principal } from 'countersign'
import { guard } from 'countersign/hono'
import { type Context, Hono } from 'hono'
import { announce, openVerifier } from './open-verifier.ts'

type Env = { Variables: { principal: Principal } }

const verifier = await openVerifier()
const app = new Hono<Env>()
const answer = (c: Context<Env>): Response => c.json({ user: c.get('principal').user, roles: c.get('principal').roles })

app.get('/orders', guard(verifier, {}), answer)
app.get('/staff', guard(verifier, { role: 'staff' }), answer)
app.get('/transfer', guard(verifier, { freshness: 'strict' }), answer)

serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => announce(port))
