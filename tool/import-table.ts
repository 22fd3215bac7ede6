// The architecture as data: who may import what. `tool/check-imports.ts` reads it; `doc/architecture.md` shows it to people.
// A folder without a row fails the check, so a new folder starts here, with a reason in `doc/decision`.

export interface Row {
  /** What the folder holds, in one line. */
  readonly holds: string
  /** Folders of the same package that it may import, or `index.ts` for the package's own door. Its own files are always allowed. */
  readonly folders: readonly string[]
  /** Packages: exact names, `node:` for every built-in module, or a name that ends in `/` for all its subpaths. */
  readonly packages: readonly string[]
}

export interface Area {
  /** Where the folders stand, from the root of the repository. */
  readonly path: string
  readonly rows: Readonly<Record<string, Row>>
  /** Files that stand beside the folders and compose them. */
  readonly composition: Omit<Row, 'holds'>
}

const PURE = ['core', 'crypto']
const ADAPTED = ['express', 'fastify', 'hono', 'hono/', 'socket.io', 'ws']
const MECHANISMS = ['countersign', 'countersign/']

const library: Area = {
  path: 'packages/countersign/src',
  composition: {
    folders: ['core', 'crypto', 'key', 'token', 'signature', 'replay', 'revocation', 'feed', 'verifier', 'adapter', 'client'],
    packages: [],
  },
  rows: {
    core: { holds: 'platform, refusals, principal, ids, base64url, strict JSON', folders: [], packages: [] },
    crypto: { holds: 'algorithms, HMAC, HKDF, digest, sealing, constant-time comparison', folders: ['core'], packages: ['node:crypto'] },
    key: { holds: 'JWK, JWKS, key sets, purpose keys', folders: PURE, packages: [] },
    token: { holds: 'JWS, access token, timed token, status list', folders: [...PURE, 'key'], packages: ['node:zlib'] },
    signature: {
      holds: 'signed requests: RFC 9421, digests, SigV4, Hawk; structured fields; the signer half',
      folders: [...PURE, 'key'],
      packages: [],
    },
    cookie: {
      holds: 'signed and encrypted cookies, CSRF tokens, Cookie and Set-Cookie',
      folders: [...PURE, 'key'],
      packages: [],
    },
    webhook: { holds: 'webhooks signed and verified: Standard Webhooks, Stripe-style', folders: PURE, packages: [] },
    replay: { holds: 'the claim that succeeds once, in memory', folders: PURE, packages: [] },
    revocation: { holds: 'targets, cut-offs, log entries, the rule, index, replica', folders: [...PURE, 'key', 'token'], packages: [] },
    feed: {
      holds: 'readers of the log: SSE, in-process, Redis, NATS, Kafka, PostgreSQL',
      folders: [...PURE, 'key', 'token', 'revocation'],
      packages: [],
    },
    verifier: {
      holds: 'extract, verify, decide, respond; the cache of verified tokens',
      folders: [...PURE, 'key', 'token', 'signature', 'cookie', 'replay', 'revocation'],
      packages: [],
    },
    adapter: {
      holds: 'guards for node:http, Express, Fastify, Hono, socket.io, ws, streams of events',
      folders: ['core', 'cookie', 'signature', 'token', 'verifier', 'webhook'],
      packages: ['node:http', ...ADAPTED],
    },
    bff: {
      holds: 'a token handler: sessions behind one cookie, and a proxy that adds their tokens or signs',
      folders: [...PURE, 'signature', 'cookie', 'verifier', 'client'],
      packages: ['node:http', 'node:https', 'node:stream'],
    },
    device: {
      holds: 'state of a one-time key in a folder of its device',
      folders: [...PURE, 'signature'],
      packages: ['node:fs', 'node:fs/promises', 'node:path'],
    },
    content: { holds: 'signatures of files and folders, verified in browsers too', folders: ['core'], packages: [] },
    lease: { holds: 'test users for the length of a test', folders: ['core'], packages: [] },
    client: { holds: 'the session client for browsers and programs', folders: ['core', 'signature'], packages: [] },
  },
}

const DOMAINS = ['signing', 'audit', 'revocation', 'credential', 'session', 'account', 'delivery', 'oauth']

const server: Area = {
  path: 'packages/server/src',
  composition: { folders: ['server'], packages: [] },
  rows: {
    signing: { holds: 'master secret, signing keys and their rotation', folders: [], packages: MECHANISMS },
    audit: { holds: 'who has done what: a chain of records', folders: ['signing'], packages: [...MECHANISMS, 'node:async_hooks'] },
    revocation: { holds: 'revoking, signing the log, publishing it', folders: ['signing'], packages: MECHANISMS },
    credential: { holds: 'service credentials, access keys, API keys', folders: ['signing', 'audit'], packages: [...MECHANISMS, 'jose'] },
    session: {
      holds: 'sign-in, sessions, refresh tokens, issuing access tokens',
      folders: ['credential', 'signing', 'audit', 'delivery'],
      packages: MECHANISMS,
    },
    account: {
      holds: 'users, passwords, second factors, set-up of the first administrator',
      folders: ['credential', 'signing', 'audit', 'session', 'delivery'],
      packages: [
        ...MECHANISMS,
        'node:',
        '@node-rs/argon2',
        '@serenity-kit/opaque',
        '@simplewebauthn/server',
        '@simplewebauthn/server/',
        '@zxcvbn-ts/language-common',
        'bcryptjs',
        'openid-client',
      ],
    },
    delivery: {
      holds: 'what is delivered at least once: the queue, calls to addresses that others name, security events, mail',
      folders: ['audit'],
      packages: [...MECHANISMS, 'node:', 'nodemailer/'],
    },
    oauth: {
      holds: 'OAuth 2.1 and OpenID Connect for applications of others',
      folders: ['signing', 'audit', 'credential', 'session', 'account', 'revocation', 'delivery'],
      packages: [...MECHANISMS, 'node:', 'oidc-provider'],
    },
    store: {
      holds: 'SQLite and memory implementations of every port; contract suites',
      folders: DOMAINS,
      packages: [...MECHANISMS, 'node:', 'pg', 'redis', 'kafkajs', '@nats-io/'],
    },
    server: {
      holds: 'configuration, composition, routes, HTTP',
      folders: [...DOMAINS, 'store'],
      packages: [
        ...MECHANISMS,
        'node:',
        '@hono/node-server',
        '@opentelemetry/api',
        'bowser',
        'hono',
        'hono/',
        'mmdb-lib',
        'pino',
        'tldts',
        'uqr',
        'zod',
      ],
    },
    cli: { holds: 'the commands of `countersign`', folders: ['index.ts'], packages: [...MECHANISMS, 'node:', 'commander'] },
  },
}

const REACT = ['react', 'react/jsx-runtime']
const VIEW: Omit<Row, 'holds'> = { folders: ['api', 'kit', 'message'], packages: [...REACT, 'wouter'] }

/** Each is fetched when somebody goes there: only the table of views names them. */
const VIEWS: readonly string[] = [
  'overview',
  'revocation',
  'user',
  'session',
  'api-key',
  'access-key',
  'service',
  'client',
  'role',
  'trust-rule',
  'webhook',
  'signing-key',
  'audit',
  'mail',
]

/** It speaks HTTP only: nothing of the other packages is in it. */
const webConsole: Area = {
  path: 'packages/console/src',
  composition: {
    folders: ['api', 'kit', 'message', 'style', ...VIEWS],
    packages: [...REACT, 'react-dom/client', '@tanstack/react-query', 'wouter', 'wouter/', 'vite/client'],
  },
  rows: {
    api: { holds: 'what is asked of the server, and the answers', folders: [], packages: ['react', '@tanstack/react-query'] },
    kit: {
      holds: 'table, dialogs, fields, and all that views are made of',
      folders: ['api', 'message'],
      packages: [...REACT, 'react-dom', 'wouter', 'wouter/'],
    },
    message: { holds: 'all text, by language', folders: [], packages: [] },
    style: { holds: 'style sheets', folders: [], packages: [] },
    overview: { holds: 'what wants looking at', ...VIEW, folders: [...VIEW.folders, 'revocation', 'webhook'] },
    revocation: {
      holds: 'the log, live; how long refusals take; revoking',
      folders: VIEW.folders,
      packages: [...VIEW.packages, 'uplot', 'uplot/'],
    },
    user: { holds: 'people', ...VIEW, folders: [...VIEW.folders, 'session'] },
    session: { holds: 'where people are signed in', ...VIEW },
    'api-key': { holds: 'API keys', ...VIEW, folders: [...VIEW.folders, 'caller-key'] },
    'access-key': { holds: 'access keys', ...VIEW, folders: [...VIEW.folders, 'caller-key'] },
    service: { holds: 'services and their verifiers', ...VIEW, folders: [...VIEW.folders, 'revocation'] },
    'caller-key': { holds: 'what API keys and access keys have in common', ...VIEW },
    client: { holds: 'applications of others', ...VIEW, folders: [...VIEW.folders, 'caller-key'] },
    role: { holds: 'roles and what they bring', ...VIEW, folders: [...VIEW.folders, 'caller-key'] },
    'trust-rule': { holds: 'whose workloads are trusted', ...VIEW, folders: [...VIEW.folders, 'caller-key'] },
    webhook: { holds: 'endpoints and deliveries', ...VIEW },
    'signing-key': { holds: 'the key ring', ...VIEW },
    audit: { holds: 'who has done what', ...VIEW },
    mail: { holds: 'mails that wait or have failed', ...VIEW },
  },
}

/** Everything outside the packages: it may reach into them, nothing in them may reach out. */
const around: Area = {
  path: '.',
  composition: { folders: [], packages: [] },
  rows: {
    test: { holds: 'what crosses packages', folders: ['packages', 'example', 'tool'], packages: ['*'] },
    example: {
      holds: 'services that use Countersign; the demo',
      folders: ['tool'],
      packages: [
        ...MECHANISMS,
        '@countersign/server',
        '@hono/node-server',
        'node:',
        ...ADAPTED,
        'openid-client',
        'socket.io-client',
        'playwright-core',
      ],
    },
    bench: { holds: 'measurements against other libraries', folders: ['packages', 'test'], packages: ['*'] },
    tool: { holds: 'the gates of `npm run check`, build, test runner', folders: [], packages: ['node:', 'countersign/core'] },
  },
}

/** Files that tests may import besides what the folder itself may: any folder of the same package, Node, and the tools of testing. */
export const testPackages: readonly string[] = [...MECHANISMS, 'node:', 'fast-check', 'jose', ...ADAPTED, '@hono/node-server', 'zod']

export const bannedNames: readonly string[] = ['util', 'utils', 'helper', 'helpers', 'common', 'shared', 'misc', 'lib']

export const areas: readonly Area[] = [library, server, webConsole, around]
