import { createVerifier } from 'countersign'
import { guard } from 'countersign/express'
import express from 'express'

const issuer = 'http://127.0.0.1:4000'
const verifier = createVerifier({ issuer, audience: issuer, credential: process.env.COUNTERSIGN_CREDENTIAL ?? '' })
await verifier.ready()

express()
  .get('/orders', guard(verifier), (request, response) => void response.json({ for: request.principal?.user }))
  .get('/refunds', guard(verifier, { role: 'staff', freshness: 'strict' }), (_request, response) => void response.json({ refunds: [] }))
  .listen(5000, () => console.log('orders on http://127.0.0.1:5000'))
