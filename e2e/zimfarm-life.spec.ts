import { spawn, type ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import ssh2 from 'ssh2'
import { FARM, until } from './farm'
import { adminToken, newUser, v1, webhooks, type Answer } from './zimfarm-v1'

type Told = { step: string; [key: string]: unknown }
const VERSIONS = ['v1', 'v2'].filter((version) =>
  existsSync(join(import.meta.dirname, `../app/(protocols)/${version}`)),
)
const RUN = Date.now()

/** The worker as a program of its own; what it tells, as it tells it. */
class Worker {
  readonly told: Told[] = []
  private process: ChildProcess | null = null
  constructor(
    private readonly args: string[],
    private readonly work: string,
  ) {}
  start(...more: string[]): void {
    rmSync(join(this.work, 'go'), { force: true })
    const args = ['--import', 'tsx', join(import.meta.dirname, 'zimfarm-worker.ts'), ...this.args, ...more]
    const child = spawn(process.execPath, [...args, '--work', this.work], { stdio: ['ignore', 'pipe', 'pipe'] })
    let text = ''
    child.stdout.on('data', (chunk) => {
      text += String(chunk)
      const lines = text.split('\n')
      text = lines.pop() ?? ''
      this.told.push(...lines.map((line) => JSON.parse(line) as Told))
    })
    child.stderr.on('data', (chunk) => this.told.push({ step: 'stderr', text: String(chunk) }))
    this.process = child
  }
  /** Lets a held scraper come to its end. */
  go(): void {
    writeFileSync(join(this.work, 'go'), '')
  }
  async stop(signal: NodeJS.Signals): Promise<void> {
    const child = this.process
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    const exited = new Promise((done) => child.once('exit', done))
    child.kill(signal)
    await exited
  }
  hears(step: string, also: (told: Told) => boolean = () => true): Promise<Told> {
    return until(
      () => Promise.resolve(this.told.find((one) => one.step === step && also(one))),
      (one) => one !== undefined,
    ) as Promise<Told>
  }
}

const schedule = (name: string, hook: string) => ({
  name,
  language: { code: 'eng', name_en: 'English', name_native: 'English' },
  category: 'other',
  periodicity: 'manually',
  tags: [],
  enabled: true,
  config: {
    task_name: 'zimit',
    warehouse_path: '/other',
    image: { name: 'openzim/zimit', tag: '3.0.0' },
    resources: { cpu: 3, memory: 1073741824, disk: 1073741824 },
    platform: null,
    monitor: false,
    flags: { seeds: 'https://example.org/', name },
  },
  notification: { requested: { webhook: [hook] }, started: { webhook: [hook] }, ended: { webhook: [hook] } },
})

for (const version of VERSIONS) {
  test.describe(`a Zimfarm worker that speaks ${version}`, () => {
    test.describe.configure({ mode: 'serial' })
    const name = `farm-${version}-${RUN}`
    let admin: Record<string, string> = {}
    let worker: Worker
    let hook: Awaited<ReturnType<typeof webhooks>>
    let requests = 0
    const read = async (id: string): Promise<Answer['body']> => (await v1('GET', `/tasks/${id}`, admin)).body
    const over = (id: string) =>
      until(
        () => read(id),
        (task) => ['succeeded', 'failed', 'canceled'].includes(String(task?.status)),
      )
    async function request(): Promise<string> {
      const recipe = `life-${version}-${RUN}-${++requests}`
      expect((await v1('POST', '/schedules/', admin, JSON.stringify(schedule(recipe, hook.url)))).status).toBe(201)
      const asked = { schedule_names: [recipe], worker: name }
      const { body } = await v1('POST', '/requested-tasks/', admin, JSON.stringify(asked))
      expect(body.requested).toHaveLength(1)
      return String(body.requested[0])
    }

    test.beforeAll(async ({}, info) => {
      admin = await adminToken()
      hook = await webhooks()
      await newUser(admin, name, 'worker')
      const key = ssh2.utils.generateKeyPairSync('rsa', { bits: 2048, comment: `${name}@host` })
      const file = info.outputPath('id_rsa')
      writeFileSync(file, key.private)
      chmodSync(file, 0o600)
      const added = await v1('POST', `/users/${name}/keys`, admin, JSON.stringify({ name, key: key.public }))
      expect([added.status, added.text]).toEqual([201, ''])
      const md5 = createHash('md5')
        .update(Buffer.from(key.public.split(' ')[1] ?? '', 'base64'))
        .digest('hex')
      const gate = await v1('GET', `/users/-/keys/${md5}?with_permission=zim.upload`)
      expect(gate.body).toMatchObject({ username: name, type: 'RSA' })
      const totals = { username: name, cpu: 8, memory: 16 * 1024 ** 3, disk: 500 * 1024 ** 3, offliners: ['zimit'] }
      // The newer worker must be known before it checks in; here its account's first check-in is the older one's.
      expect((await v1('PUT', `/workers/${name}/check-in`, admin, JSON.stringify(totals))).status).toBe(204)
      const args = ['--api', version, '--url', `${FARM}/${version}`, '--user', name, '--worker', name, '--key', file]
      worker = new Worker(args, info.outputPath('work'))
      worker.start('--check', '--hold')
      await worker.hears('checked in')
    })
    test.afterAll(async () => {
      await worker?.stop('SIGTERM')
      hook?.close()
    })

    test('lives a whole life: polls, takes, starts, scrapes, uploads, checks, succeeds', async () => {
      const { body: workers } = await v1('GET', '/workers/?limit=200')
      expect((workers.items as { name: string }[]).find((one) => one.name === name)).toMatchObject({
        username: name,
        status: 'online',
        offliners: ['zimit', 'mwoffliner'],
        resources: { cpu: 8, memory: 16 * 1024 ** 3, disk: 500 * 1024 ** 3 },
      })
      const id = await request()
      await worker.hears('took', (told) => told.id === id)
      const running = await until(
        () => read(id),
        (task) => Number(task?.container?.progress?.done) > 0,
      )
      expect(running).toMatchObject({ status: 'scraper_started', worker: name })
      expect(Number.isInteger(running.container.progress.overall)).toBe(true)
      expect(running.container.stdout).toContain('https://u:--------@example.org/')
      worker.go()
      const file = await worker.hears('file')
      expect(file.status).toBe('uploaded')
      const task = await over(id)
      expect(worker.told.filter((one) => one.step === 'not told' || one.step === 'trouble')).toEqual([])
      expect(task).toMatchObject({
        status: 'succeeded',
        container: { exit_code: 0, image: 'ghcr.io/openzim/zimit:3.0.0', stats: { memory: {} } },
        debug: { log: 'the task worker is done' },
        files: {
          [String(file.filename)]: { size: file.size, status: file.status, check_result: 0 },
        },
      })
      expect((task.events as { code: string }[]).map(({ code }) => code)).toEqual([
        'requested',
        'reserved',
        'started',
        'scraper_started',
        'scraper_completed',
        'succeeded',
      ])
      const [told] = await until(
        () => Promise.resolve(hook.heard.filter((one) => one._id === id && one.status === 'succeeded')),
        (heard) => heard.length === 1,
      )
      expect(told.files[String(file.filename)].status).toBe(file.status)
      const { body } = await v1('GET', `/schedules/${task.schedule_name}`, admin)
      expect(body.duration.workers[name].value).toBeGreaterThanOrEqual(0)
    })

    test('stops when the farm wishes so', async () => {
      await worker.stop('SIGTERM')
      worker.start('--steps', '0')
      const id = await request()
      await until(
        () => read(id),
        (task) => Number(task?.container?.progress?.done) > 0,
      )
      expect((await v1('POST', `/tasks/${id}/cancel`, admin)).status).toBe(204)
      await worker.hears('stopped', (told) => told.id === id)
      const task = await over(id)
      expect(task).toMatchObject({ status: 'canceled', debug: { log: 'told to stop' } })
      expect((await v1('POST', `/tasks/${id}/cancel`, admin)).status).toBe(404)
    })

    test('goes on after kill -9 with the task that it had, and loses nothing', async () => {
      await worker.stop('SIGTERM')
      worker.start('--check', '--hold')
      const id = await request()
      await until(
        () => read(id),
        (task) => Number(task?.container?.progress?.done) > 0,
      )
      await worker.stop('SIGKILL')
      worker.start('--check', '--hold')
      await worker.hears('checked in', (told) => told.resumes === id)
      worker.go()
      const task = await over(id)
      expect(task).toMatchObject({ status: 'succeeded', container: { exit_code: 0 } })
      expect(Object.keys(task.files as object)).toHaveLength(1)
      expect((task.events as { code: string }[]).filter(({ code }) => code === 'started')).toHaveLength(1)
    })

    test('reports that it was told to stop by its own machine', async () => {
      await worker.stop('SIGTERM')
      worker.start('--steps', '0')
      const id = await request()
      await until(
        () => read(id),
        (task) => Number(task?.container?.progress?.done) > 0,
      )
      await worker.stop('SIGTERM')
      expect(await over(id)).toMatchObject({ status: 'canceled', canceled_by: 'task shutdown (SIGTERM)' })
    })
  })
}
