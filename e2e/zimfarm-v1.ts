import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from '@playwright/test'
import { ADMIN, FARM } from './farm'

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- whatever JSON the door answers
export type Answer = { status: number; text: string; body: any; headers: Headers }

/** Calls the v1 door of the started farm, with the headers that a client sends and no more. */
export async function v1(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string,
): Promise<Answer> {
  const response = await fetch(`${FARM}/v1${path}`, { method, headers, body, redirect: 'manual' })
  const text = await response.text()
  const json = response.headers.get('content-type')?.includes('json') === true
  return { status: response.status, text, body: json ? (JSON.parse(text) as unknown) : null, headers: response.headers }
}

/** The header of the administrator, signed in as programs do: names in headers, no body. */
export async function adminToken(): Promise<Record<string, string>> {
  const { status, body } = await v1('POST', '/auth/authorize', { ...ADMIN, 'content-type': 'application/json' })
  expect(status).toBe(200)
  return { authorization: `Token ${body.access_token}`, 'content-type': 'application/json' }
}

/** A new account with a role; its password. */
export async function newUser(admin: Record<string, string>, username: string, role: string): Promise<string> {
  const password = `the password of ${username}`
  const user = { username, password, email: `${username}@example.org`, role }
  expect((await v1('POST', '/users/', admin, JSON.stringify(user))).status).toBe(200)
  return password
}

/** A receiver of webhooks on the loopback address. */
export async function webhooks() {
  const heard: Answer['body'][] = []
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk) => (text += String(chunk)))
    request.on('end', () => {
      heard.push(JSON.parse(text))
      response.end()
    })
  }).listen(0, '127.0.0.1')
  await new Promise((done) => server.once('listening', done))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?token=abc&target=me@example.org&lang=en`
  return { url, heard, close: () => server.close() }
}
