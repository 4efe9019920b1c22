import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import { createClient, type Client } from '#lib/client/client'
import { refreshSession, signIn } from '#lib/contract/session'
import { CroftError } from '#lib/core/error'

const stored = z.record(
  z.string(),
  z.object({ accessToken: z.string(), refreshToken: z.string(), expiresAt: z.string() }),
)
type Stored = z.infer<typeof stored>

const file = () => join(process.env.XDG_CONFIG_HOME ?? join(homedir(), '.config'), 'croft', 'sessions.json')
export function farmUrl(): string {
  const url = process.env.CROFT_URL || 'http://127.0.0.1:3000'
  if (URL.canParse(url) && /^https?:/.test(url)) return new URL(url).origin
  throw new CroftError('invalid', 'CROFT_URL must be an http or https address')
}

async function load(): Promise<Stored> {
  const text = await readFile(file(), 'utf8').catch(() => '{}')
  const parsed = stored.safeParse(/^\s*\{/.test(text) ? JSON.parse(text) : {})
  return parsed.success ? parsed.data : {}
}

async function save(change: (sessions: Stored) => void): Promise<void> {
  const sessions = await load()
  change(sessions)
  await mkdir(dirname(file()), { recursive: true, mode: 0o700 })
  const temporary = `${file()}.${process.pid}`
  await writeFile(temporary, JSON.stringify(sessions, null, 2), { mode: 0o600 })
  await chmod(temporary, 0o600)
  await rename(temporary, file())
}

/** Signs in and keeps the tokens, readable by this user alone. */
export async function login(username: string, password: string): Promise<void> {
  const url = farmUrl()
  const tokens = await createClient({ url }).call(signIn, { body: { username, password } })
  await save((sessions) => {
    sessions[url] = tokens
  })
}

export async function forget(): Promise<void> {
  await save((sessions) => {
    delete sessions[farmUrl()]
  })
}

/** One process at a time renews: a refresh token serves once. */
async function renewed(url: string): Promise<string | null> {
  const lock = `${file()}.lock`
  for (let tries = 0; tries < 100; tries++) {
    const session = (await load())[url]
    if (session === undefined) return null
    if (new Date(session.expiresAt).getTime() - Date.now() > 60_000) return session.accessToken
    const held = await writeFile(lock, String(process.pid), { flag: 'wx' }).then(
      () => true,
      () => false,
    )
    if (!held) {
      await wait(100)
      continue
    }
    try {
      const tokens = await createClient({ url }).call(refreshSession, { body: { refreshToken: session.refreshToken } })
      await save((sessions) => {
        sessions[url] = tokens
      })
      return tokens.accessToken
    } finally {
      await rm(lock, { force: true })
    }
  }
  await rm(lock, { force: true })
  return null
}

/** A client that is signed in as well as it can be: by CROFT_TOKEN, by name and password, or by what `login` kept. */
export async function connect(): Promise<Client> {
  const url = farmUrl()
  const { CROFT_TOKEN, CROFT_USERNAME, CROFT_PASSWORD } = process.env
  let token: string | null = CROFT_TOKEN || null
  if (token === null && CROFT_USERNAME && CROFT_PASSWORD) {
    const body = { username: CROFT_USERNAME, password: CROFT_PASSWORD }
    token = (await createClient({ url }).call(signIn, { body })).accessToken
  }
  token ??= await renewed(url)
  return createClient({ url, token: () => token })
}
