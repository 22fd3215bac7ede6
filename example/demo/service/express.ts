import type { AddressInfo } from 'node:net'
import { guard } from 'countersign/express'
import express from 'express'
import { announce, openVerifier } from './open-verifier.ts'

const verifier = await openVerifier()
const app = express()
const answer: express.RequestHandler = (req, res) => void res.json({ user: req.principal?.user, roles: req.principal?.roles })

app.get('/orders', guard(verifier, {}), answer)
app.get('/staff', guard(verifier, { role: 'staff' }), answer)
app.get('/transfer', guard(verifier, { freshness: 'strict' }), answer)

const server = app.listen(0, '127.0.0.1', () => announce((server.address() as AddressInfo).port))
