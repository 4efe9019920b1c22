import { createPrivateKey, sign } from 'node:crypto'
import { expect } from '@playwright/test'
import ssh2 from 'ssh2'
import { ADMIN, FARM } from './farm'
import type { Answer } from './zimfarm-v1'

/** Calls the v2 door of the started farm, with the headers that a client sends and no more. */
export async function v2(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: unknown,
  redirect: RequestRedirect = 'follow',
): Promise<Answer> {
  const response = await fetch(`${FARM}/v2${path}`, {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
    redirect,
  })
  const text = await response.text()
  const json = response.headers.get('content-type')?.includes('json') === true
  return { status: response.status, text, body: json ? (JSON.parse(text) as unknown) : null, headers: response.headers }
}

/** Signs in with a name and a password; the header to send. */
export async function bearerOf(credentials: { username: string; password: string } = ADMIN) {
  const { status, body } = await v2('POST', '/auth/authorize', {}, credentials)
  expect(status).toBe(200)
  return { authorization: `Bearer ${body.access_token}` }
}

/** The account of a service: an editor-requester who may clean up after itself (zimfarm.md §17.3). */
export async function service(admin: Record<string, string>, username: string) {
  const password = `the password of ${username}`
  const made = await v2('POST', '/accounts', admin, { username, password, role: 'editor-requester' })
  expect(made.status).toBe(200)
  const scope = made.body.scope as Record<string, Record<string, boolean>>
  const wider = { ...scope, recipes: { ...scope.recipes, delete: true } }
  expect((await v2('PATCH', `/accounts/${username}`, admin, { scope: wider })).status).toBe(204)
  return { username, password }
}

/** A worker with a key of its own, made by an administrator; each of its calls is signed by itself. */
export async function signingWorker(admin: Record<string, string>, name: string) {
  const pair = ssh2.utils.generateKeyPairSync('ed25519', { comment: `${name}@host` })
  const parsed = ssh2.utils.parseKey(pair.private)
  if (parsed instanceof Error) throw parsed
  const secret = createPrivateKey(parsed.getPrivatePEM())
  expect((await v2('POST', '/workers', admin, { name, ssh_key: { key: pair.public } })).status).toBe(201)
  return {
    publicKey: pair.public,
    call(method: string, path: string, body?: unknown): Promise<Answer> {
      const message = `${name}.${new Date().toISOString().slice(0, 19)}`
      const signature = sign(null, Buffer.from(message), secret).toString('base64')
      return v2(method, path, { authorization: `Bearer ${message}.${signature}` }, body)
    },
  }
}
