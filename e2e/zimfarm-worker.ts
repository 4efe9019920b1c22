/**
 * A Zimfarm worker, written against the contract alone (zimfarm.md §13.3, §17.2, §21.3): it signs in with an SSH key,
 * checks in, polls, takes a task, runs a scraper as a process of its own, reports every event, uploads, and stops when
 * the farm wishes so. Killed and started again, it goes on with what it had. Each step is told as one line of JSON.
 *
 *   tsx e2e/zimfarm-worker.ts --api v1 --url http://127.0.0.1:3000/v1 --user farm-1 --worker farm-1 --key id_rsa --work DIR
 */
import { spawn } from 'node:child_process'
import { constants, createPrivateKey, privateEncrypt, sign } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { parseArgs } from 'node:util'
import ssh2 from 'ssh2'

type Json = Record<string, unknown>
const { values: options } = parseArgs({
  options: {
    api: { type: 'string', default: 'v1' },
    url: { type: 'string' },
    user: { type: 'string' },
    worker: { type: 'string' },
    key: { type: 'string' },
    work: { type: 'string' },
    pollMs: { type: 'string', default: '300' },
    /** The scraper's steps; it goes on for ever with 0. */
    steps: { type: 'string', default: '5' },
    /** The scraper does not take its last step before the work folder has a file `go`. */
    hold: { type: 'boolean', default: false },
    /** Checks files although the farm gives no options for that. */
    check: { type: 'boolean', default: false },
  },
})
const need = (name: 'url' | 'user' | 'worker' | 'key' | 'work') => {
  const value = options[name]
  if (value === undefined) throw new Error(`--${name} is missing`)
  return value
}
const [URL_, USER, WORKER, WORK] = [need('url'), need('user'), need('worker'), need('work')]
const KEY = readFileSync(need('key'), 'utf8')
const parsedKey = ssh2.utils.parseKey(KEY)
if (parsedKey instanceof Error) throw parsedKey
const SECRET = createPrivateKey(parsedKey.getPrivatePEM())
const RESOURCES = { cpu: 8, memory: 16 * 1024 ** 3, disk: 500 * 1024 ** 3 }
const OFFLINERS = ['zimit', 'mwoffliner']

const say = (step: string, told: Json = {}) => process.stdout.write(`${JSON.stringify({ step, ...told })}\n`)
const pause = () => new Promise((done) => setTimeout(done, Number(options.pollMs)))

class Refused extends Error {
  constructor(
    readonly status: number,
    text: string,
  ) {
    super(`${status} ${text}`)
  }
}

/** 204 is fine without a body; what else is fine must be JSON. */
async function send(method: string, path: string, headers: Record<string, string>, body?: unknown) {
  const response = await fetch(`${URL_}${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  })
  const text = await response.text()
  if (!response.ok) throw new Refused(response.status, text.slice(0, 300))
  return { status: response.status, body: response.status === 204 ? {} : (JSON.parse(text) as Json) }
}

/** v1: a token for a signed `USER:TIME`, taken anew once it has expired or is refused. */
let token: { value: string; expires: number } | null = null
async function signIn(): Promise<string> {
  const message = `${USER}:${new Date().toISOString().slice(0, -1)}000`
  const signature = privateEncrypt({ key: SECRET, padding: constants.RSA_PKCS1_PADDING }, Buffer.from(message))
  const { body } = await send('POST', '/auth/ssh_authorize', {
    'X-SSHAuth-Message': message,
    'X-SSHAuth-Signature': signature.toString('base64'),
  })
  const value = String(body.access_token)
  const claims = JSON.parse(Buffer.from(value.split('.')[1] ?? '', 'base64url').toString()) as { exp: unknown }
  if (!Number.isInteger(claims.exp)) throw new Error('exp is no whole number')
  token = { value, expires: Number(claims.exp) * 1000 }
  return value
}

/** v2: every request is signed by itself. */
function bearer(): string {
  const message = `${WORKER}.${new Date().toISOString().slice(0, 19)}`
  const bytes = Buffer.from(message)
  const type = SECRET.asymmetricKeyType
  const padding = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_MAX_SIGN }
  const signature =
    type === 'rsa'
      ? sign('sha256', bytes, { key: SECRET, ...padding })
      : sign(type === 'ed25519' ? null : 'sha256', bytes, SECRET)
  return `${message}.${signature.toString('base64')}`
}

async function call(method: string, path: string, body?: unknown) {
  if (options.api === 'v2') return send(method, path, { authorization: `Bearer ${bearer()}` }, body)
  const value = token !== null && token.expires > Date.now() ? token.value : await signIn()
  try {
    return await send(method, path, { authorization: `Token ${value}` }, body)
  } catch (error) {
    if (!(error instanceof Refused) || error.status !== 401) throw error
    return send(method, path, { authorization: `Token ${await signIn()}` }, body)
  }
}

const isV2 = options.api === 'v2'
const text = (value: unknown, what: string): string => {
  if (typeof value !== 'string') throw new Error(`${what} must be a text, not ${JSON.stringify(value)}`)
  return value
}
type Task = {
  id: string
  status: string
  events: string[]
  offliner: string
  image: string
  command: string
  warehousePath: string
  zimcheck: string
  upload: Record<'zim' | 'logs' | 'artifacts' | 'check', string | null>
}

/** All that a worker reads of a task; what it needs and does not find is its end. */
function readTask(body: Json): Task {
  const config = body.config as Json
  const image = config.image as Json
  const upload = body.upload as Record<string, { upload_uri: string | null; expiration: number; zimcheck?: string }>
  for (const key of isV2 ? ['recipe_name', 'worker_name'] : ['schedule_name', 'worker'])
    if (!(key in body)) throw new Error(`${key} is missing`)
  for (const kind of ['zim', 'logs', 'artifacts'])
    if (!Number.isInteger(upload[kind]?.expiration)) throw new Error(`upload.${kind}.expiration is missing`)
  text(config.mount_point, 'config.mount_point')
  return {
    id: text(isV2 ? body.id : body._id, 'id'),
    status: text(body.status, 'status'),
    events: (body.events as { code: string }[]).map(({ code }) => code),
    offliner: text(isV2 ? (config.offliner as Json).offliner_id : config.task_name, 'offliner'),
    image: `${text(image.name, 'image.name')}:${text(image.tag, 'image.tag')}`,
    command: text(config.str_command, 'config.str_command'),
    warehousePath: text(config.warehouse_path, 'config.warehouse_path'),
    zimcheck: text(upload.zim?.zimcheck, 'upload.zim.zimcheck'),
    upload: {
      zim: upload.zim?.upload_uri ?? null,
      logs: upload.logs?.upload_uri ?? null,
      artifacts: upload.artifacts?.upload_uri ?? null,
      check: upload.check?.upload_uri ?? null,
    },
  }
}
const getTask = async (id: string) => readTask((await call('GET', `/tasks/${id}`)).body)

/** A failed report is told and forgotten. */
async function tell(id: string, event: string, payload: Json): Promise<void> {
  try {
    const { status } = await call('PATCH', `/tasks/${id}`, { event, payload })
    say('told', { event, status })
  } catch (error) {
    say('not told', { event, why: String(error) })
  }
}

/** To where the farm says: by SFTP under the worker's key, or by HTTP; to a temporary name first where that is possible. */
async function upload(uri: string, path: string, file: string): Promise<void> {
  const to = new URL(uri)
  const target = posix.join(decodeURIComponent(to.pathname), path)
  if (to.protocol === 'sftp:') return uploadBySftp(to, target, file)
  if (!to.protocol.startsWith('http')) throw new Error(`this worker cannot upload by ${to.protocol}`)
  to.pathname = target
  const authorization = isV2 ? `Bearer ${bearer()}` : `Token ${token?.value ?? (await signIn())}`
  const response = await fetch(to, { method: 'PUT', headers: { authorization }, body: readFileSync(file) })
  if (!response.ok) throw new Error(`the receiver answers ${response.status}`)
}

function uploadBySftp(to: URL, target: string, file: string): Promise<void> {
  const client = new ssh2.Client()
  return new Promise<void>((done, failed) => {
    client.on('error', failed).on('ready', () => {
      client.sftp((error, sftp) => {
        if (error !== undefined) return failed(error)
        sftp.fastPut(file, `${target}.tmp`, (wrong) => {
          if (wrong) return failed(wrong)
          sftp.rename(`${target}.tmp`, target, (bad) => (bad ? failed(bad) : done()))
        })
      })
    })
    client.connect({
      host: to.hostname,
      port: Number(to.port || 22),
      username: decodeURIComponent(to.username) || USER,
      privateKey: KEY,
      readyTimeout: 5_000,
    })
  }).finally(() => client.end())
}

async function tried(uri: string | null, path: string, file: string): Promise<boolean> {
  if (uri === null) return false
  for (let attempt = 1; attempt <= 2; attempt++) {
    try {
      await upload(uri, path, file)
      return true
    } catch (error) {
      say('upload failed', { path, attempt, why: String(error) })
    }
  }
  return false
}

/** What runs as a process of its own, so that it outlives this one: folder, steps, name. */
const SCRAPER = `
const { appendFileSync, existsSync, writeFileSync, renameSync } = require('node:fs')
const [dir, steps, name, go] = process.argv.slice(1)
let done = 0
const end = (code) => { writeFileSync(dir + '/exit.tmp', String(code)); renameSync(dir + '/exit.tmp', dir + '/exit'); process.exit(code) }
setInterval(() => {
  if (go && done === Number(steps) - 1 && !existsSync(go)) return
  done++
  appendFileSync(dir + '/stdout', 'page ' + done + ' of https://u:secret@example.org/\\n')
  const total = Number(steps) || 1000
  writeFileSync(dir + '/progress.tmp', JSON.stringify({ done, total, partialZim: false }))
  renameSync(dir + '/progress.tmp', dir + '/task_progress.json')
  if (Number(steps) > 0 && done >= Number(steps)) { writeFileSync(dir + '/' + name, 'ZIM\\x04'.repeat(1000)); end(0) }
}, 150)
`

type Journal = { id: string; pid: number; told: string[] }
const journalFile = join(WORK, 'journal.json')
const journal = (): Journal | null =>
  existsSync(journalFile) ? (JSON.parse(readFileSync(journalFile, 'utf8')) as Journal) : null
function note(entry: Journal | null): void {
  if (entry === null) return rmSync(journalFile, { force: true })
  writeFileSync(`${journalFile}.tmp`, JSON.stringify(entry))
  renameSync(`${journalFile}.tmp`, journalFile)
}
const read = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8') : '')
const tail = (file: string, lines: number) => read(file).split('\n').slice(-lines).join('\n')

async function begin(id: string): Promise<Journal> {
  const task = await getTask(id)
  const dir = join(WORK, id)
  mkdirSync(dir, { recursive: true })
  await tell(id, 'started', {})
  const name = `${/--name="?([^" ]+)/.exec(task.command)?.[1] ?? 'x'}_2026-01.zim`
  const scraper = spawn(
    process.execPath,
    ['-e', SCRAPER, dir, options.steps, name, options.hold ? join(WORK, 'go') : ''],
    {
      detached: true,
      stdio: 'ignore',
    },
  )
  scraper.unref()
  const entry = { id, pid: scraper.pid ?? 0, told: [] }
  note(entry)
  const log = `${id}_${task.offliner}.log`
  await tell(id, 'scraper_started', { image: task.image, command: task.command.split(' '), log })
  return entry
}

async function ping({ id }: Journal): Promise<void> {
  const dir = join(WORK, id)
  const progress = read(join(dir, 'task_progress.json'))
  const {
    done = 0,
    total = 1,
    partialZim,
  } = (progress === '' ? {} : JSON.parse(progress)) as {
    done?: number
    total?: number
    partialZim?: boolean
  }
  const stats = isV2
    ? { memory: { max_usage: 734003200 }, cpu: { max_usage: 180.2, avg_usage: 75.5 }, disk: { max_usage: 52428800 } }
    : { memory: { max_usage: 734003200 } }
  await tell(id, 'scraper_running', {
    stdout: tail(join(dir, 'stdout'), 5000),
    stderr: '',
    stats,
    ...(progress !== '' && { progress: { done, total, overall: Math.floor((100 * done) / total), partialZim } }),
  })
}

async function finish(task: Task, entry: Journal): Promise<void> {
  const { id } = entry
  const dir = join(WORK, id)
  const exitCode = Number(read(join(dir, 'exit')))
  await tell(id, 'scraper_completed', { exit_code: exitCode, stdout: tail(join(dir, 'stdout'), 100), stderr: '' })
  const zims = readdirSync(dir).filter((name) => name.endsWith('.zim'))
  for (const filename of zims) {
    const info = { id: '6a1f0a6e-0d5c-0f3b-9c55-1d2e3f405162', article_count: 12, metadata: { Name: 'x' } }
    const size = statSync(join(dir, filename)).size
    await tell(id, 'created_file', { file: { name: filename, size, ...(isV2 && { info }) } })
    const kept = await tried(task.upload.zim, posix.join(task.warehousePath, filename), join(dir, filename))
    say('file', { filename, size, status: kept ? 'uploaded' : 'failed' })
    await tell(id, kept ? 'uploaded_file' : 'failed_file', { filename })
    if (!options.check && task.zimcheck === '') continue
    const details = { status: true }
    await tell(id, 'checked_file', isV2 ? { filename, result: 0 } : { filename, result: 0, log: 'fine', details, info })
    if (isV2) await tell(id, 'check_results_uploaded', { filename, check_filename: `${filename}_zimcheck.json` })
  }
  const log = `${id}_${task.offliner}.log`
  if (await tried(task.upload.logs, log, join(dir, 'stdout'))) await tell(id, 'update', { log })
  const good = exitCode === 0 && zims.length > 0
  await tell(id, good ? 'succeeded' : 'failed', { log: 'the task worker is done' })
  note(null)
  say('ended', { id, outcome: good ? 'succeeded' : 'failed' })
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // it has ended by itself
  }
}

async function stop(entry: Journal, why: 'canceled' | 'gone' | 'SIGTERM'): Promise<void> {
  if (isV2 && why === 'canceled') await tell(entry.id, 'canceling', {})
  kill(entry.pid)
  if (why !== 'gone') {
    await ping(entry)
    await tell(entry.id, 'canceled', { canceled_by: 'task shutdown (SIGTERM)', log: 'told to stop' })
  }
  note(null)
  say('stopped', { id: entry.id, why })
}

/** One look at the task at hand. */
async function tend(entry: Journal): Promise<void> {
  const task = await getTask(entry.id).catch((error: unknown) => {
    if (error instanceof Refused && error.status === 404) return null
    throw error
  })
  if (task === null) return stop(entry, 'gone')
  const over = ['canceled', 'canceling', 'cancel_requested']
  if (over.includes(task.status) || (isV2 && task.events.some((code) => over.includes(code))))
    return stop(entry, 'canceled')
  await ping(entry)
  if (existsSync(join(WORK, entry.id, 'exit'))) await finish(task, entry)
}

async function look(): Promise<unknown> {
  const { cpu, memory, disk } = RESOURCES
  const query = new URLSearchParams({
    [isV2 ? 'worker_name' : 'worker']: WORKER,
    avail_cpu: String(cpu),
    avail_memory: String(memory),
    avail_disk: String(disk),
    ...(isV2 && { total_cpu: String(cpu), total_memory: String(memory), total_disk: String(disk) }),
  })
  const { body } = await call('GET', `/requested-tasks/worker?${query}`)
  const item = (body.items as Json[]).at(-1)
  if (item === undefined) return
  const id = text(isV2 ? item.id : item._id, 'id')
  for (const part of ['cpu', 'memory', 'disk'])
    if (!Number.isInteger(((item.config as Json).resources as Json)[part])) throw new Error(`resources.${part}`)
  try {
    const taken = isV2
      ? await call('POST', `/tasks/${id}`, { worker_name: WORKER })
      : await call('POST', `/tasks/${id}?worker_name=${encodeURIComponent(WORKER)}`)
    if (taken.status !== 201) return say('not taken', { id, status: taken.status })
  } catch (error) {
    return say('not taken', { id, why: String(error) })
  }
  say('took', { id })
  await begin(id)
}

let stopping = false
process.on('SIGTERM', () => (stopping = true))

mkdirSync(WORK, { recursive: true })
const answered = await call('GET', '/auth/test')
if (answered.status !== 204) throw new Error('the sign-in is not good')
await call('PUT', `/workers/${encodeURIComponent(WORKER)}/check-in`, {
  ...(!isV2 && { username: USER }),
  ...(isV2 && { cordoned: false }),
  selfish: false,
  ...RESOURCES,
  offliners: OFFLINERS,
  platforms: { wikimedia: 2 },
})
say('checked in', { resumes: journal()?.id ?? null })
while (!stopping) {
  const entry = journal()
  try {
    await (entry === null ? look() : tend(entry))
  } catch (error) {
    say('trouble', { why: String(error) })
  }
  await pause()
}
const left = journal()
if (left !== null) await stop(left, 'SIGTERM')
