import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Context } from '#lib/services/context'
import { addKey, removeKey } from '#lib/services/keys/manage'
import { getTask } from '#lib/services/tasks/get'
import { remoteReport, type RemoteReport } from '#lib/services/tasks/remote-report'
import { requestTasks } from '#lib/services/tasks/request'
import { claimTask } from '#lib/services/tasks/take'
import { testFarm, type TestFarm } from '#lib/testing/farm'
import { testS3 } from '#lib/testing/s3'
import { sftpClient, type SshKey } from '#lib/testing/sftp'
import { fingerprintOf, hostKey } from './host-key'
import { startReceiver, type Receiver } from './receiver'

const MIB = 1024 * 1024
type Account = Context & { actor: { kind: 'account'; accountId: string; username: string } }
const WAYS: Record<string, () => Promise<{ settings: Record<string, string>; stop: () => Promise<void> }>> = {
  folder: () => Promise.resolve({ settings: {}, stop: () => Promise.resolve() }),
  S3: async () => {
    const { url, stop } = await testS3()
    return { settings: { S3_URL: url }, stop }
  },
}

describe.each(Object.entries(WAYS))('SFTP uploads into %s', (way, open) => {
  let opened: Awaited<ReturnType<typeof open>>
  let farm: TestFarm
  let receiver: Receiver
  let client: Awaited<ReturnType<typeof sftpClient>>
  let uploader: Account
  let key: SshKey
  let names = 0

  beforeAll(async () => {
    opened = await open()
    farm = await testFarm(opened.settings)
    await start()
    client = await sftpClient(() => receiver.port)
    uploader = await farm.account('worker-a', 'worker')
    key = await client.key('worker-a', 'rsa')
    await addKey(uploader, { username: 'worker-a', key: key.publicKey })
  }, 120_000)
  afterAll(async () => {
    await receiver.stop()
    await client.close()
    await farm.close()
    await opened.stop()
  }, 60_000)
  async function start(port = 0) {
    const made = await hostKey(farm.runtime.env.CROFT_HOME)
    receiver = await startReceiver(farm.runtime.context, { host: '127.0.0.1', port, hostKey: made })
  }

  /** A task that a Zimfarm worker of the account holds. */
  async function held(account: Account = uploader) {
    const name = `upload-${++names}`
    await farm.schedule({ name })
    const { requested } = await requestTasks(farm.system, { schedules: [name] })
    const taskId = requested[0]?.id ?? ''
    const worker = await farm.worker(account.actor.accountId, {
      name: `zimfarm-${names}`,
      kind: 'zimfarm',
      resources: { cpu: 4, memory: 2 ** 33, disk: 2 ** 37 },
    })
    if ((await claimTask(account, worker, taskId)) === null) throw new Error('not taken')
    const report = (told: RemoteReport) => remoteReport(account, taskId, told)
    await report({ kind: 'start' })
    return { taskId, report, files: async () => (await getTask(account, taskId)).files }
  }
  const bytesOf = async (taskId: string, name: string) => {
    const row = await farm.system.db.file.findUniqueOrThrow({ where: { taskId_name: { taskId, name } } })
    return buffer(await farm.system.storage.open(row.storageKey ?? ''))
  }
  const uploads = () => farm.system.db.upload.findMany({ where: { fileId: null }, orderBy: { path: 'asc' } })

  it('take a ZIM under a temporary name, rename it, and give it to the task that announced it', async () => {
    const { taskId, report, files } = await held()
    const bytes = randomBytes(3 * MIB + 17)
    const path = await client.file('a.zim', bytes)
    await report({ kind: 'file', status: 'created', name: 'a_2026-11.zim', size: bytes.length })
    const sent = await client.sftp(key, '/zim/other/', [
      `put ${path} a_2026-11.zim.tmp`,
      'rename a_2026-11.zim.tmp a_2026-11.zim',
      'ls -n a_2026-11.zim',
    ])
    expect(sent).toMatchObject({
      code: 0,
      output: expect.stringMatching(new RegExp(` ${bytes.length} .*a_2026-11.zim`)),
    })
    await report({ kind: 'file', status: 'uploaded', name: 'a_2026-11.zim' })
    expect(await files()).toMatchObject([
      { name: 'a_2026-11.zim', status: 'uploaded', stored: true, size: bytes.length },
    ])
    expect((await bytesOf(taskId, 'a_2026-11.zim')).equals(bytes)).toBe(true)
    expect(await uploads()).toEqual([])
  })
  it('go on where a killed client stopped', async () => {
    const { taskId, report } = await held()
    const bytes = randomBytes(12 * MIB)
    const path = await client.file('b.zim', bytes)
    await report({ kind: 'file', status: 'created', name: 'b.zim', size: bytes.length })
    const slow = await client.slowly(key, '/zim/other/', 20_000, [`put ${path} b.zim.tmp`])
    await expect.poll(() => uploadedSize('/zim/other/b.zim.tmp'), { timeout: 20_000 }).toBeGreaterThan(MIB)
    slow.kill('SIGKILL')
    const cut = await client.sftp(key, '/zim/other/', ['rename b.zim.tmp b.zim'])
    expect(cut.code).not.toBe(0)
    const sent = await client.sftp(key, '/zim/other/', [`reput ${path} b.zim.tmp`, 'rename b.zim.tmp b.zim'])
    expect(sent).toMatchObject({ code: 0 })
    expect((await bytesOf(taskId, 'b.zim')).equals(bytes)).toBe(true)
  })
  async function uploadedSize(path: string) {
    const { output } = await client.sftp(key, '/', [`ls -n ${path}`])
    return Number(output.trim().split('\n').at(-1)?.split(/\s+/)[4] ?? 0)
  }
  it('go on after the receiver itself was stopped', async () => {
    const { taskId, report } = await held()
    const bytes = randomBytes(12 * MIB)
    const path = await client.file('c.zim', bytes)
    await report({ kind: 'file', status: 'created', name: 'c.zim', size: bytes.length })
    const slow = await client.slowly(key, '/zim/other/', 20_000, [`put ${path} c.zim.tmp`])
    const over = new Promise((done) => slow.once('exit', done))
    await expect.poll(() => uploadedSize('/zim/other/c.zim.tmp'), { timeout: 20_000 }).toBeGreaterThan(MIB)
    const { port } = receiver
    await receiver.stop()
    expect(await over).not.toBe(0)
    await start(port)
    expect(await uploadedSize('/zim/other/c.zim.tmp')).toBeGreaterThan(MIB)
    const sent = await client.sftp(key, '/zim/other/', [`reput ${path} c.zim.tmp`, 'rename c.zim.tmp c.zim'])
    expect(sent).toMatchObject({ code: 0 })
    expect((await bytesOf(taskId, 'c.zim')).equals(bytes)).toBe(true)
  })
  it('wait for their task when they come before it tells of them, also logs that grow meanwhile', async () => {
    const { taskId, report, files } = await held()
    const log = await client.file('t.log', Buffer.from('one\n'))
    const zim = await client.file('d.zim', Buffer.from('early'))
    expect(await client.sftp(key, '/logs/', [`put ${log} t.log`])).toMatchObject({ code: 0 })
    expect(await client.sftp(key, '/zim/other/', [`put ${zim} d.zim`])).toMatchObject({ code: 0 })
    await client.file('t.log', Buffer.from('one\ntwo\n'))
    expect(await client.sftp(key, '/logs/', [`reput ${log} t.log`])).toMatchObject({ code: 0 })
    await report({ kind: 'file', status: 'created', name: 'd.zim', size: 5 })
    await report({ kind: 'kept', logFile: 't.log' })
    expect(await files()).toMatchObject([{ name: 'd.zim', stored: true, status: 'uploaded' }])
    expect((await getTask(uploader, taskId)).keptFiles).toMatchObject([{ name: 't.log', kind: 'logs', stored: true }])
    expect((await bytesOf(taskId, 't.log')).toString()).toBe('one\ntwo\n')
    await client.file('t.log', Buffer.from('one\ntwo\nthree\n'))
    expect(await client.sftp(key, '/logs/', [`reput ${log} t.log`])).toMatchObject({ code: 0 })
    expect((await bytesOf(taskId, 't.log')).toString()).toBe('one\ntwo\nthree\n')
  })
  it('do not count while fewer bytes have come than were announced, and can be sent anew', async () => {
    const { taskId, report, files } = await held()
    await report({ kind: 'file', status: 'created', name: 'e.zim', size: 9 })
    const short = await client.file('short', Buffer.from('short'))
    await client.sftp(key, '/zim/other/', [`put ${short} e.zim.tmp`])
    expect((await client.sftp(key, '/zim/other/', ['rename e.zim.tmp e.zim'])).code).not.toBe(0)
    expect(await files()).toMatchObject([{ status: 'created', stored: false }])
    const whole = await client.file('whole', Buffer.from('nine byte'))
    const again = await client.sftp(key, '/zim/other/', [`put ${whole} e.zim.tmp`, 'rename e.zim.tmp e.zim'])
    expect(again).toMatchObject({ code: 0 })
    expect((await bytesOf(taskId, 'e.zim')).toString()).toBe('nine byte')
  })
  it('replace what the same task had, and leave no bytes behind', async () => {
    const { taskId, report } = await held()
    await report({ kind: 'file', status: 'created', name: 'f.zim', size: 3 })
    const one = await client.file('one', Buffer.from('one'))
    const two = await client.file('two', Buffer.from('other'))
    await client.sftp(key, '/zim/other/', [`put ${one} f.zim`])
    const before = await farm.system.db.file.findFirstOrThrow({ where: { taskId } })
    await client.sftp(key, '/zim/other/', [`put ${two} f.zim.tmp`, 'rename f.zim.tmp f.zim'])
    expect((await bytesOf(taskId, 'f.zim')).toString()).toBe('other')
    expect(await farm.system.storage.size(before.storageKey ?? '')).toBeNull()
  })

  if (way === 'S3') return

  it('of two at once the later one counts, and two of different names both do', async () => {
    const { taskId, report } = await held()
    const [old, fresh, other] = [randomBytes(8 * MIB), randomBytes(2 * MIB), randomBytes(6 * MIB)]
    const oldPath = await client.file('g-old', old)
    const freshPath = await client.file('g-new', fresh)
    const otherPath = await client.file('g-other', other)
    for (const [name, size] of [
      ['g.zim', fresh.length],
      ['h.zim', other.length],
    ] as const)
      await report({ kind: 'file', status: 'created', name, size })
    const slow = await client.slowly(key, '/zim/other/', 10_000, [`put ${oldPath} g.zim`])
    const over = new Promise((done) => slow.once('exit', done))
    await expect.poll(() => uploadedSize('/zim/other/g.zim'), { timeout: 20_000 }).toBeGreaterThan(100_000)
    const both = await Promise.all([
      client.sftp(key, '/zim/other/', [`put ${freshPath} g.zim`]),
      client.sftp(key, '/zim/other/', [`put ${otherPath} h.zim`]),
    ])
    expect(both.map(({ code }) => code)).toEqual([0, 0])
    expect(await over).not.toBe(0)
    expect((await bytesOf(taskId, 'g.zim')).equals(fresh)).toBe(true)
    expect((await bytesOf(taskId, 'h.zim')).equals(other)).toBe(true)
  })
  it('let nobody in with another key, a removed key, a key of an account that may not, or a password', async () => {
    const stranger = await client.key('stranger')
    expect((await client.sftp(stranger, '/', ['ls'])).output).toMatch(/Permission denied/)
    const editor = await farm.account('editor', 'editor')
    await addKey(editor, { username: 'editor', key: stranger.publicKey })
    expect((await client.sftp(stranger, '/', ['ls'])).output).toMatch(/Permission denied/)
    const second = await client.key('second', 'ecdsa')
    const { sha256 } = await addKey(uploader, { username: 'worker-a', key: second.publicKey })
    expect(await client.sftp(second, '/', ['ls'])).toMatchObject({ code: 0 })
    await removeKey(uploader, 'worker-a', `SHA256:${sha256}`)
    expect((await client.sftp(second, '/', ['ls'])).output).toMatch(/Permission denied/)
  })
  it('a key that is removed while its client is connected is worth nothing from then on', async () => {
    const { report, files } = await held()
    const third = await client.key('third')
    const { sha256 } = await addKey(uploader, { username: 'worker-a', key: third.publicKey })
    await report({ kind: 'file', status: 'created', name: 'i.zim', size: 4 * MIB })
    const path = await client.file('i.zim', randomBytes(4 * MIB))
    const slow = await client.slowly(third, '/zim/other/', 16_000, [`put ${path} i.zim.tmp`, 'rename i.zim.tmp i.zim'])
    const over = new Promise((done) => slow.once('exit', done))
    await expect.poll(() => uploadedSize('/zim/other/i.zim.tmp'), { timeout: 20_000 }).toBeGreaterThan(100_000)
    await removeKey(uploader, 'worker-a', `SHA256:${sha256}`)
    expect(await over).not.toBe(0)
    expect(await files()).toMatchObject([{ name: 'i.zim', stored: false }])
  })
  it('stay in the area of their account, and nothing can be read', async () => {
    const { report } = await held()
    await report({ kind: 'file', status: 'created', name: 'j.zim', size: 4 })
    const path = await client.file('j', Buffer.from('mine'))
    const rival = await farm.account('worker-b', 'worker')
    const theirs = await client.key('worker-b')
    await addKey(rival, { username: 'worker-b', key: theirs.publicKey })
    const outside = await client.sftp(theirs, '/', [
      `put ${path} /../../../../zim/./other/../other//j.zim`,
      'ls -n /zim/other/j.zim',
    ])
    expect(outside).toMatchObject({ code: 0 })
    expect((await uploads()).map((row) => row.path)).toContain('/zim/other/j.zim')
    expect((await client.sftp(key, '/', ['ls /zim/other/j.zim'])).code).not.toBe(0)
    expect((await client.sftp(key, '/', ['rm /zim/other/j.zim'])).code).not.toBe(0)
    for (const wrong of ['/etc/passwd', '/j.zim', `/zim/other/${'x'.repeat(256)}`]) {
      expect((await client.sftp(theirs, '/', [`put ${path} ${wrong}`])).code, wrong).not.toBe(0)
    }
    expect((await client.sftp(theirs, '/', ['get /zim/other/j.zim /dev/null'])).code).not.toBe(0)
    expect((await client.sftp(theirs, '/', ['rm /zim/other/j.zim'])).code).toBe(0)
    expect((await client.sftp(theirs, '/', ['ls -a'])).output).toMatch(/zim/)
    const home = farm.runtime.env.CROFT_HOME
    expect((await readdir(home)).sort()).toEqual(['files', 'sftp_host_key'])
  })
  it('know folders, those of the warehouse and those that somebody makes', async () => {
    const { output } = await client.sftp(key, '/zim/', ['ls -1'])
    expect(output).toMatch(/wikipedia/)
    const path = await client.file('k', Buffer.from('k'))
    const made = await client.sftp(key, '/zim/', [
      'mkdir new',
      'cd new',
      `put ${path} k.zim`,
      'ls -n',
      '-rmdir /zim/new',
      'rm k.zim',
      'cd /',
      'rmdir /zim/new',
    ])
    expect(made).toMatchObject({ code: 0, output: expect.stringMatching(/k\.zim/) })
    expect((await client.sftp(key, '/zim/nowhere/', ['ls'])).code).not.toBe(0)
  })
  it('serve scp, and uploaders that send a marker when a file is whole', async () => {
    const { taskId, report } = await held()
    await report({ kind: 'file', status: 'created', name: 'l.zim', size: 5 })
    const path = await client.file('l', Buffer.from('by sc'))
    const marker = await client.file('marker', Buffer.from(''))
    expect(await client.scp(key, path, '/zim/other/l.zim.tmp')).toMatchObject({ code: 0 })
    await client.sftp(key, '/zim/other/', [`put ${marker} l.zim.complete`])
    expect((await bytesOf(taskId, 'l.zim')).toString()).toBe('by sc')
  })
  it('shut out what speaks no SSH, and go on', async () => {
    const response = await fetch(`http://127.0.0.1:${receiver.port}/`).catch((error: unknown) => error)
    expect(response).toBeInstanceOf(Error)
    expect(await client.sftp(key, '/', ['ls'])).toMatchObject({ code: 0 })
  })
})

it('the host key is made once, also by several at the same moment, for its owner’s eyes alone', async () => {
  const home = await mkdtemp(join(tmpdir(), 'croft-hostkey-'))
  const keys = await Promise.all([hostKey(home), hostKey(home)])
  expect(new Set([...keys, await hostKey(home)]).size).toBe(1)
  expect((await stat(join(home, 'sftp_host_key'))).mode & 0o777).toBe(0o600)
  const told = execFileSync('ssh-keygen', ['-l', '-f', join(home, 'sftp_host_key')], { encoding: 'utf8' })
  expect(told).toContain(fingerprintOf(keys[0]))
  await rm(home, { recursive: true })
})
