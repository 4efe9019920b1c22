import ssh2, { type AuthContext, type Connection } from 'ssh2'
import { ANONYMOUS } from '#lib/core/access'
import { CroftError } from '#lib/core/error'
import type { Context } from '#lib/services/context'
import { uploaderOfKey } from '#lib/services/keys/find'
import { serveSftp } from './session'

// The package is CommonJS: Node gives its exports by the default alone.
const { Server, utils } = ssh2

const LIMITS = { connections: 500, signInSeconds: 30, attempts: 20, sessions: 10 }

export type Receiver = { port: number; stop: () => Promise<void> }

/**
 * An SFTP server for uploads into the farm's storage (zimfarm.md §11.3, §13.5). Who connects is known by the public key
 * alone; the user name says nothing. Several may run beside each other: all state is in the database and the storage.
 */
export async function startReceiver(
  ctx: Omit<Context, 'actor'>,
  options: { host: string; port: number; hostKey: string },
): Promise<Receiver> {
  const connections = new Set<{ client: Connection; over: Promise<void> }>()
  const server = new Server({ hostKeys: [options.hostKey], ident: 'Croft' }, (client) => {
    const over = serve(ctx, client)
    const one = { client, over }
    connections.add(one)
    void over.then(() => connections.delete(one))
  })
  server.maxConnections = LIMITS.connections
  await new Promise<void>((done, fail) => {
    server.once('error', fail)
    server.listen(options.port, options.host, () => {
      server.off('error', fail)
      done()
    })
  })
  server.on('error', (error: unknown) => ctx.log.warn({ err: error }, 'the SFTP server'))
  return {
    port: (server.address() as { port: number }).port,
    async stop() {
      const closed = new Promise<void>((done) => server.close(() => done()))
      for (const { client } of connections) client.end()
      await Promise.all([...connections].map(({ over }) => over))
      await closed
    },
  }
}

/** Serves one connection; resolves when it is over and all that came is kept. */
function serve(ctx: Omit<Context, 'actor'>, client: Connection): Promise<void> {
  let blob: Buffer | null = null
  let attempts = 0
  const sessions: { close: () => Promise<void> }[] = []
  const late = setTimeout(() => client.end(), LIMITS.signInSeconds * 1000)

  const actor = async () => (blob === null ? null : uploaderOfKey({ ...ctx, actor: ANONYMOUS }, blob))
  const enter = async (): Promise<Context> => {
    const now = await actor()
    if (now === null) throw new CroftError('forbidden', 'this key may not upload any more')
    return { ...ctx, actor: now }
  }

  client.on('authentication', (auth) => {
    if (++attempts > LIMITS.attempts) return client.end()
    authenticate(ctx, auth)
      .then((key) => {
        if (key === null) return auth.reject(['publickey'])
        // A client that only asks whether a key would do has not shown that it is its own.
        if (auth.method === 'publickey' && auth.signature !== undefined) blob = key
        auth.accept()
      })
      .catch((error: unknown) => {
        ctx.log.warn({ err: error }, 'an SFTP sign-in failed')
        auth.reject(['publickey'])
      })
  })
  client.on('ready', () => {
    clearTimeout(late)
    void actor().then((who) => ctx.log.info({ actor: who?.username }, 'an SFTP client signed in'))
  })
  client.on('session', (accept, reject) => {
    if (sessions.length >= LIMITS.sessions) return reject()
    accept().on('sftp', (acceptSftp) => {
      sessions.push(serveSftp(acceptSftp(), enter))
    })
  })
  // A connection that breaks off says so as an error; what came is kept when it closes.
  client.on('error', (error) => ctx.log.debug({ err: error }, 'an SFTP connection broke off'))
  return new Promise((done) => {
    client.once('close', () => {
      clearTimeout(late)
      void Promise.all(sessions.map((session) => session.close())).then(() => done())
    })
  })
}

/** The key, when it may upload, and where it has signed: that it is really the client's. */
async function authenticate(ctx: Omit<Context, 'actor'>, auth: AuthContext): Promise<Buffer | null> {
  if (auth.method !== 'publickey') return null
  const { key, signature, blob, hashAlgo } = auth
  if ((await uploaderOfKey({ ...ctx, actor: ANONYMOUS }, key.data)) === null) return null
  if (signature === undefined) return key.data
  const parsed = utils.parseKey(key.data)
  if (parsed instanceof Error || blob === undefined) return null
  // What cannot be checked, e.g. by a digest that is not the key's, comes back as an Error, which is as good as true.
  const verified: unknown = parsed.verify(blob, signature, hashAlgo)
  return verified === true ? key.data : null
}
