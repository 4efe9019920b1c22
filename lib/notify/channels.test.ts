import { createServer as createHttp, type Server } from 'node:http'
import { createServer as createTcp, type AddressInfo, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TaskMessage } from '#lib/core/notice'
import { testMailServer, type Inbox } from '#lib/testing/mail'
import { sendMailgun } from './mailgun'
import { sendSlack } from './slack'
import { sendSmtp } from './smtp'
import { mailOf } from './words'

const task: TaskMessage = {
  id: '3d1f9a3c-0000-4000-8000-000000000001',
  name: 'le <b>grand</b> livre & "co"',
  status: 'failed',
  reasonCode: 'oom',
  worker: 'farm-1',
  requestedBy: 'ada',
  canceledBy: null,
  url: 'https://farm.example.org/tasks/3d1f9a3c-0000-4000-8000-000000000001',
  files: [
    { name: "x'<script>.zim", size: 5_242_880, url: 'https://mirror.example.org/zim/other/x.zim' },
    { name: 'lost.zim', size: 10, url: null },
  ],
}
const mail = mailOf(task)
const portOf = (server: { address: () => unknown }) => (server.address() as AddressInfo).port

describe('the words of a mail', () => {
  it('link to the task and its files, with what came from others escaped', () => {
    expect(mail.html).toContain(`href="${task.url}"`)
    expect(mail.html).toContain('le &lt;b&gt;grand&lt;/b&gt; livre &amp; &quot;co&quot; has failed')
    expect(mail.html).toContain('x&#39;&lt;script&gt;.zim')
    expect(mail.html).not.toContain('<script>')
    expect(mail.html).toContain('5 MiB')
    expect(mail.text).toContain('the program needed more memory than it was given')
  })
  it('keep the subject on one line', () => {
    expect(mailOf({ ...task, name: 'a\r\nBcc: eve@example.org' }).subject).not.toMatch(/[\r\n]/)
  })
})

describe('over HTTP', () => {
  let server: Server
  let base = ''
  let answer: number | 'stall' | 'cut' = 200
  const seen: { url: string; authorization?: string; type?: string; body: string }[] = []
  beforeAll(async () => {
    server = createHttp((request, response) => {
      let body = ''
      request.on('data', (chunk) => (body += String(chunk)))
      request.on('end', () => {
        const { authorization, 'content-type': type } = request.headers
        seen.push({ url: request.url ?? '', authorization, type, body })
        if (answer === 'cut') request.socket.destroy()
        else if (answer !== 'stall') response.writeHead(answer).end('{}')
      })
    }).listen(0, '127.0.0.1')
    await new Promise((done) => server.once('listening', done))
    base = `http://127.0.0.1:${portOf(server)}`
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })
  const WAYS = {
    mailgun: () =>
      sendMailgun(
        { id: 'n-1', to: 'ops@example.org', mail },
        { apiUrl: `${base}/v3/example.org/`, apiKey: 'key-1', from: 'Farm <farm@example.org>' },
        300,
      ),
    slack: () =>
      sendSlack(
        { target: '#farm', task },
        { url: `${base}/hook`, username: 'croft', emoji: ':ghost:', icon: null },
        300,
      ),
  }

  it('Mailgun gets a form with the key as its password', async () => {
    answer = 200
    expect(await WAYS.mailgun()).toEqual({ delivered: true, status: 200, error: null })
    const got = seen.at(-1)
    expect(got?.url).toBe('/v3/example.org/messages')
    expect(got?.authorization).toBe(`Basic ${Buffer.from('api:key-1').toString('base64')}`)
    const form = Object.fromEntries(new URLSearchParams(got?.body))
    expect(form).toMatchObject({ from: 'Farm <farm@example.org>', to: 'ops@example.org', subject: mail.subject })
    expect(form.html).toBe(mail.html)
  })
  it('Slack gets an attachment, coloured, with nothing that calls people or makes links of its own', async () => {
    answer = 200
    expect(await WAYS.slack()).toMatchObject({ delivered: true })
    const body = JSON.parse(seen.at(-1)?.body ?? '') as {
      attachments: { color: string; fields: { value: string }[] }[]
    }
    expect(body).toMatchObject({ channel: '#farm', username: 'croft', icon_emoji: ':ghost:', icon_url: null })
    expect(body.attachments[0]?.color).toBe('danger')
    expect(JSON.stringify(body)).toContain(`<${task.url}|task 3d1f9a3c>`)
    expect(JSON.stringify(body)).not.toContain('<script>')
  })
  describe.each(Object.entries(WAYS))('%s', (_, send) => {
    it.each([500, 503, 429, 401, 404, 'cut', 'stall'] as const)('that meets %s tries again later', async (met) => {
      answer = met
      const sending = await send()
      expect(sending).toMatchObject({ delivered: false, status: typeof met === 'number' ? met : null })
      expect(sending.final).toBeUndefined()
      expect(sending.error).toBeTruthy()
    })
    it('that is told the message is wrong gives up', async () => {
      answer = 400
      expect(await send()).toMatchObject({ delivered: false, final: true })
    })
  })
})

describe('over SMTP', () => {
  let inbox: Inbox
  beforeAll(async () => {
    inbox = await testMailServer({
      onAuth: ({ username, password }, _, done) =>
        username === 'farm@example.org' && password === 'p:w' ? done(null, { user: username }) : done(new Error('no')),
      onRcptTo({ address }, _, done) {
        const code = address.startsWith('gone') ? 550 : address.startsWith('later') ? 451 : null
        done(code === null ? null : Object.assign(new Error('not here'), { responseCode: code }))
      },
    })
  })
  afterAll(() => inbox.stop())
  const send = (to: string, credentials = '', timeoutMs?: number) =>
    sendSmtp(
      { id: 'n-1', to, mail },
      { url: `smtp://${credentials}127.0.0.1:${inbox.port}`, from: 'Farm <farm@example.org>' },
      timeoutMs,
    )

  it('arrives, with the notice as its Message-ID', async () => {
    expect(await send('ops@example.org', 'farm%40example.org:p%3Aw@')).toEqual({
      delivered: true,
      status: 250,
      error: null,
    })
    const got = inbox.mails.at(-1)
    expect(got?.envelopeTo).toEqual(['ops@example.org'])
    expect(got?.subject).toBe(mail.subject)
    expect(got?.html).toContain(task.url)
    expect(got?.messageId).toBe('<n-1@croft>')
  })
  it('is given up when the receiver does not exist, and tried again when it is told to come later', async () => {
    expect(await send('gone@example.org')).toMatchObject({ delivered: false, status: 550, final: true })
    expect(await send('later@example.org')).toMatchObject({ delivered: false, status: 451, final: false })
  })
  it('waits for the operator when the sign-in is refused', async () => {
    const sending = await send('ops@example.org', 'farm%40example.org:wrong@')
    expect(sending).toMatchObject({ delivered: false, status: 535, final: false })
    expect(sending.error).not.toContain('wrong')
  })
  it('does not hang on a server that says nothing, or is not there', async () => {
    const sockets: Socket[] = []
    const silent = createTcp((socket) => sockets.push(socket)).listen(0, '127.0.0.1')
    await new Promise((done) => silent.once('listening', done))
    const setup = { url: `smtp://127.0.0.1:${portOf(silent)}`, from: 'farm@example.org' }
    const message = { id: 'n-2', to: 'ops@example.org', mail }
    expect(await sendSmtp(message, setup, 300)).toMatchObject({ delivered: false, status: null, final: false })
    sockets.forEach((socket) => socket.destroy())
    await new Promise((done) => silent.close(done))
    expect(await sendSmtp(message, setup, 300)).toMatchObject({ delivered: false, status: null, final: false })
  })
})
