import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testMailServer, type Inbox } from '#lib/testing/mail'
import { deliverNotice } from '#worker/dispatcher/processors/notice'
import { testFarm, type TestFarm } from '#lib/testing/farm'
import { cancelTask } from '../tasks/cancel'
import { openLink } from '../links/open'
import { reportOutcome, reportStart } from '../tasks/report'
import { requestTasks } from '../tasks/request'
import { claimTask } from '../tasks/take'
import { dueNotices } from './deliver'

let farm: TestFarm
let receiver: Server
let hook = ''
let answers: (n: number) => number = () => 200
const heard: { id: string; task: string; status: string }[] = []
let calls = 0

beforeAll(async () => {
  farm = await testFarm({ CROFT_NOTICE_ALLOW: '127.0.0.0/8' })
  receiver = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => (body += String(chunk)))
    request.on('end', () => {
      const code = answers(calls++)
      if (code === 0) return void request.socket.destroy()
      if (code < 300) {
        const { _id, status } = JSON.parse(body) as { _id: string; status: string }
        heard.push({ id: String(request.headers['webhook-id']), task: _id, status })
      }
      response.writeHead(code).end()
    })
  }).listen(0, '127.0.0.1')
  await new Promise((done) => receiver.once('listening', done))
  hook = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`
})
afterAll(async () => {
  receiver.close()
  await farm.close()
})

/** Delivers what is due, by two dispatchers at once, letting the clock run until nothing is left. */
async function deliverAll() {
  for (let hours = 0; hours < 40; hours++) {
    farm.at(new Date(Date.now() + hours * 3_600_000))
    for (let round = 0; round < 5; round++) {
      const due = await dueNotices(farm.system, 100)
      await Promise.all([...due, ...due].map((id) => deliverNotice(farm.system, id, 'test')))
    }
  }
  farm.at(null)
}

it('reaches a receiver that fails often, each once, in the order of each task', async () => {
  const notification = { requested: { webhook: [hook] }, started: { webhook: [hook] }, ended: { webhook: [hook] } }
  const agent = await farm.account('agent', 'worker')
  const worker = await farm.worker(agent.actor.accountId, { resources: { cpu: 100, memory: 2 ** 40, disk: 2 ** 40 } })
  answers = (n) => [200, 500, 0, 200, 503][n % 5] ?? 200
  for (let index = 0; index < 8; index++) {
    await farm.schedule({ name: `noticed-${index}`, notification })
    const { requested } = await requestTasks(farm.system, { schedules: [`noticed-${index}`] })
    const lease = await claimTask(farm.system, worker, requested[0]?.id ?? '')
    if (lease === null) throw new Error('not taken')
    await reportStart(agent, lease)
    await reportOutcome(agent, { ...lease, outcome: 'succeeded', exitCode: 0 })
  }
  await deliverAll()
  expect(new Set(heard.map((one) => one.id)).size).toBe(24)
  expect(heard).toHaveLength(24)
  for (const task of new Set(heard.map((one) => one.task))) {
    expect(heard.filter((one) => one.task === task).map((one) => one.status)).toEqual([
      'requested',
      'started',
      'succeeded',
    ])
  }
  expect(await farm.system.db.notice.count({ where: { status: { not: 'delivered' } } })).toBe(0)
})

it('is dead, with the reason, when it may not be sent, when nothing can send it, or when all tries fail', async () => {
  answers = () => 500
  const notification = { requested: { webhook: ['http://10.0.0.1/x', hook], mailgun: ['ops@example.org'] } }
  await farm.schedule({ name: 'unheard', notification })
  const { requested } = await requestTasks(farm.system, { schedules: ['unheard'] })
  await deliverAll()
  const notices = await farm.system.db.notice.findMany({
    where: { taskId: requested[0]?.id },
    orderBy: { channel: 'asc' },
  })
  expect(notices.map((notice) => notice.status)).toEqual(['dead', 'dead', 'dead'])
  expect(notices.map((notice) => notice.lastError).join()).toMatch(
    /nothing is set up.*CROFT_NOTICE_ALLOW.*answered 500/s,
  )
  await cancelTask(farm.system, requested[0]?.id ?? '')
})

describe('a farm with a mail server and Slack', () => {
  let equipped: TestFarm
  let inbox: Inbox
  let slack: Server
  const posts: { channel: string; attachments: object[] }[] = []
  let slackAnswers = 200
  beforeAll(async () => {
    inbox = await testMailServer()
    slack = createServer((request, response) => {
      let body = ''
      request.on('data', (chunk) => (body += String(chunk)))
      request.on('end', () => {
        if (slackAnswers < 300) posts.push(JSON.parse(body) as (typeof posts)[number])
        response.writeHead(slackAnswers).end()
      })
    }).listen(0, '127.0.0.1')
    await new Promise((done) => slack.once('listening', done))
    equipped = await testFarm({
      CROFT_URL: 'https://farm.example.org',
      SMTP_URL: `smtp://127.0.0.1:${inbox.port}`,
      MAILGUN_FROM: 'Farm <farm@example.org>',
      SLACK_URL: `http://127.0.0.1:${(slack.address() as AddressInfo).port}/`,
      GLOBAL_NOTIFICATION_ended: 'mailgun,ops@example.org|slack,#farm',
    })
  })
  afterAll(async () => {
    await equipped.close()
    await inbox.stop()
    slack.close()
  })

  it('tells those whom the schedule names, and those who hear of everything, once each', async () => {
    await equipped.schedule({
      name: 'told',
      notification: { requested: { mailgun: ['kim@example.org'] }, ended: { mailgun: ['ops@example.org'] } },
    })
    const { requested } = await requestTasks(equipped.system, { schedules: ['told'] })
    const id = requested[0]?.id ?? ''
    slackAnswers = 503
    await cancelTask(equipped.system, id)
    const deliver = async () => {
      for (const due of await dueNotices(equipped.system, 10)) await deliverNotice(equipped.system, due, 'test')
    }
    await deliver()
    expect(inbox.mails.map((mail) => mail.envelopeTo.join())).toEqual(['kim@example.org', 'ops@example.org'])
    expect(inbox.mails[1]?.subject).toMatch(/^told was canceled/)
    expect(inbox.mails[1]?.text).toContain(`https://farm.example.org/tasks/${id}`)
    const [, token = ''] = /https:\/\/farm\.example\.org\/r\/(\S+)/.exec(inbox.mails[1]?.text ?? '') ?? []
    expect(await openLink(equipped.system, token)).toMatchObject({ name: 'told', status: 'canceled' })
    expect(posts).toEqual([])
    slackAnswers = 200
    equipped.at(new Date(Date.now() + 60_000))
    await deliver()
    equipped.at(null)
    expect(inbox.mails).toHaveLength(2)
    expect(posts.map(({ channel }) => channel)).toEqual(['#farm'])
  })
  it('refuses addresses that could carry more than one, before anything is sent', async () => {
    const notification = { ended: { mailgun: ['a@example.org\r\nBcc: b@example.org'], slack: ['#farm, #other'] } }
    await expect(equipped.schedule({ name: 'injected', notification })).rejects.toMatchObject({
      code: 'invalid',
      fields: {
        'notification.ended.mailgun.0': [expect.stringContaining('mail address')],
        'notification.ended.slack.0': [expect.stringContaining('channel')],
      },
    })
  })
})
