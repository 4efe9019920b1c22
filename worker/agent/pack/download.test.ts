import { mkdtemp, readFile, rm } from 'node:fs/promises'
import type { IncomingHttpHeaders } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { download } from './download'
import { serve } from './testing'

let folder: string
let target: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'croft-download-'))
  target = join(folder, 'archive')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const fast = { limit: 1000, tell: () => undefined, pauses: [0, 0] }

it('writes what the address gives', async () => {
  await using web = await serve((_, response) => response.end('the bytes'))
  await download(`${web.url}/a.zip`, target, fast)
  expect(await readFile(target, 'utf8')).toBe('the bytes')
})

it('sends the credentials of an address as it should, and never tells them', async () => {
  const seen: IncomingHttpHeaders[] = []
  await using web = await serve((request, response) => {
    seen.push(request.headers)
    response.writeHead(403).end()
  })
  const address = web.url.replace('http://', 'http://ann:s3cret@')
  const refusal = await download(`${address}/a.zip?signature=hidden`, target, fast).catch(
    (error: unknown) => error as Error,
  )
  expect(seen[0]?.authorization).toBe(`Basic ${Buffer.from('ann:s3cret').toString('base64')}`)
  expect(refusal).toMatchObject({
    reasonCode: 'bad_input',
    message: `${web.url}/a.zip answered 403: is the address right?`,
  })
})

describe('tries again', () => {
  it('after a 503, a cut-off answer and a broken connection', async () => {
    let tries = 0
    const told: string[] = []
    await using web = await serve((request, response) => {
      tries += 1
      if (tries === 1) response.writeHead(503).end()
      else if (tries === 2) {
        response.writeHead(200, { 'content-length': '9' })
        response.write('the', () => request.socket.destroy())
      } else response.end('the bytes')
    })
    await download(`${web.url}/a.zip`, target, { ...fast, tell: (message) => void told.push(message) })
    expect(await readFile(target, 'utf8')).toBe('the bytes')
    expect(told.filter((line) => line.includes('trying again'))).toHaveLength(2)
  })

  it('and gives up as a network failure', async () => {
    let tries = 0
    await using web = await serve((request, response) => {
      tries += 1
      response.writeHead(200, { 'content-length': '9' })
      response.write('the', () => request.socket.destroy())
    })
    await expect(download(`${web.url}/a.zip`, target, fast)).rejects.toMatchObject({
      reasonCode: 'network',
      message: expect.stringContaining('cut off') as string,
    })
    expect(tries).toBe(3)
  })

  it('but not after a 404', async () => {
    let tries = 0
    await using web = await serve((_, response) => {
      tries += 1
      response.writeHead(404).end()
    })
    await expect(download(`${web.url}/a.zip`, target, fast)).rejects.toMatchObject({ reasonCode: 'bad_input' })
    expect(tries).toBe(1)
  })

  it('when nobody listens, and names the cause', async () => {
    const gone = await serve(() => undefined)
    await gone[Symbol.asyncDispose]()
    await expect(download(`${gone.url}/a.zip`, target, fast)).rejects.toMatchObject({
      reasonCode: 'network',
      message: `${gone.url}/a.zip could not be reached (ECONNREFUSED)`,
    })
  })

  it('when the other side falls silent', async () => {
    await using web = await serve((_, response) => void response.writeHead(200).write('the'))
    await expect(download(`${web.url}/a.zip`, target, { ...fast, pauses: [], idle: 200 })).rejects.toMatchObject({
      reasonCode: 'network',
      message: expect.stringContaining('sent nothing') as string,
    })
  })
})

describe('refuses', () => {
  it('more than the limit, told beforehand or not', async () => {
    await using web = await serve((request, response) => {
      if (request.url === '/told') response.end('x'.repeat(2000))
      else for (let n = 0; n < 20; n++) response.write('x'.repeat(100))
      response.end()
    })
    for (const path of ['/told', '/untold'])
      await expect(download(web.url + path, target, fast)).rejects.toMatchObject({
        reasonCode: 'bad_input',
        message: expect.stringContaining('1000') as string,
      })
  })

  it.each(['ftp://127.0.0.1/a.zip', 'http://', 'file:///etc/passwd', 'a.zip'])('the address %s', async (address) => {
    await expect(download(address, target, fast)).rejects.toMatchObject({ reasonCode: 'bad_input' })
  })
})

describe('redirects', () => {
  it('are followed without the credentials that were for the first server', async () => {
    const seen: (string | undefined)[] = []
    await using other = await serve((request, response) => {
      seen.push(request.headers.authorization)
      response.end('the bytes')
    })
    await using web = await serve((request, response) => {
      seen.push(request.headers.authorization)
      response.writeHead(302, { location: request.url === '/a' ? '/b' : `${other.url}/c` }).end()
    })
    await download(`${web.url}/a`, target, { ...fast, headers: { authorization: 'Bearer token' } })
    expect(seen).toEqual(['Bearer token', 'Bearer token', undefined])
    expect(await readFile(target, 'utf8')).toBe('the bytes')
  })

  it('have an end', async () => {
    await using web = await serve((_, response) => response.writeHead(302, { location: '/again' }).end())
    await expect(download(`${web.url}/a`, target, fast)).rejects.toMatchObject({
      reasonCode: 'bad_input',
      message: expect.stringContaining('redirects more than 5 times') as string,
    })
  })

  it('lead to web addresses only', async () => {
    await using web = await serve((_, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end())
    await expect(download(`${web.url}/a`, target, fast)).rejects.toMatchObject({ reasonCode: 'bad_input' })
  })
})
