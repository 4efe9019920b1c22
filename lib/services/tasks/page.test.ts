import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testFarm, type TestFarm } from '#lib/testing/farm'
import { createLink, fileOfLink, openLink } from '../links/open'
import { signLink } from '../links/token'
import { addNote, deleteNote, listNotes } from '../notes/notes'
import { redeliverNotice } from '../notices/redeliver'
import { listSamples, sampleRunning } from '../samples/samples'
import { updateSchedule } from '../schedules/update'
import { deleteView, listViews, saveView } from '../views/views'
import type { Context } from '../context'
import { compareTask } from './compare'
import { cancelTask } from './cancel'
import { reportOutcome, reportProgress, reportStart } from './report'
import { requestTasks } from './request'
import { retryTask } from './retry'
import { claimTask } from './take'

let farm: TestFarm
let agent: Awaited<ReturnType<TestFarm['account']>>
let worker: Awaited<ReturnType<TestFarm['worker']>>
let manager: Context
let viewer: Context
const GIB = 1024 ** 3
beforeAll(async () => {
  farm = await testFarm({ CROFT_URL: 'https://farm.example.org' })
  agent = await farm.account('agent', 'worker')
  worker = await farm.worker(agent.actor.accountId, { resources: { cpu: 20, memory: 64 * GIB, disk: 2 ** 45 } })
  manager = await farm.account('kim', 'manager')
  viewer = await farm.account('lee', 'viewer')
})
afterAll(() => farm.close())

const requested = async (name: string, change: object = {}) => {
  await farm.schedule({ name, ...change })
  const { requested: made } = await requestTasks(farm.system, { schedules: [name] })
  return made[0]?.id ?? ''
}
const started = async (id: string) => {
  const lease = await claimTask(farm.system, worker, id)
  if (lease === null) throw new Error('not taken')
  await reportStart(agent, lease)
  return lease
}
const failed = async (id: string) =>
  reportOutcome(agent, { ...(await started(id)), outcome: 'failed', reasonCode: 'oom', reasonText: '', exitCode: 137 })

describe('retrying', () => {
  it('requests a failed task again with its priority, and names the new one in its events', async () => {
    const id = await requested('flaky')
    await failed(id)
    await farm.system.db.task.update({ where: { id }, data: { priority: 4 } })
    const made = await retryTask(manager, id)
    const task = await farm.system.db.task.findUniqueOrThrow({ where: { id: made } })
    expect(task).toMatchObject({ status: 'requested', priority: 4, scheduleName: 'flaky' })
    const event = await farm.system.db.event.findFirstOrThrow({ where: { kind: 'task.retried', taskId: id } })
    expect(event.data).toEqual({ as: made })
    await expect(retryTask(manager, id)).rejects.toMatchObject({ code: 'conflict' })
    await expect(retryTask(manager, made)).rejects.toMatchObject({ code: 'conflict' })
    await expect(retryTask(viewer, id)).rejects.toMatchObject({ code: 'forbidden' })
  })
  it('makes it from the task itself where the schedule is gone', async () => {
    const id = await requested('gone')
    await failed(id)
    await farm.system.db.schedule.delete({ where: { name: 'gone' } })
    const made = await farm.system.db.task.findUniqueOrThrow({ where: { id: await retryTask(manager, id) } })
    const before = await farm.system.db.task.findUniqueOrThrow({ where: { id } })
    expect(made.config).toEqual(before.config)
    expect(made).toMatchObject({ scheduleId: null, scheduleName: 'gone', status: 'requested' })
  })
})

describe('what a run used', () => {
  it('is kept from what its holder told, once for each report, whatever it told', async () => {
    const lease = await started(await requested('measured'))
    const tell = (stats: Record<string, unknown>, overall: number, seconds: number) =>
      reportProgress(
        { ...agent, now: () => new Date(Date.now() + seconds * 1000) },
        { ...lease, stats, progress: { done: 1, total: 2, overall } },
      )
    await tell({ memory: { usage: 100, max_usage: 200 }, disk: { used: 5 }, cpu: { seconds: 1.5 } }, 10, 1)
    expect(await sampleRunning(farm.system)).toBe(1)
    expect(await sampleRunning(farm.system)).toBe(0)
    await tell({ memory: { max_usage: 'much' }, cpu: { avg_usage: 55.5 } }, 20, 6)
    expect(await sampleRunning(farm.system)).toBe(1)
    await tell({}, 30, 7)
    expect(await sampleRunning(farm.system)).toBe(0)
    expect(await listSamples(farm.system, lease.taskId)).toMatchObject([
      { memory: 100, disk: 5, cpuSeconds: 1.5, cpuPercent: null, progress: 10 },
      { memory: null, disk: null, cpuSeconds: null, cpuPercent: 55.5, progress: 20 },
    ])
    await expect(listSamples(farm.system, worker.id)).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('what a run differs in', () => {
  it('is told against the run before it and the schedule of today, without secrets', async () => {
    const first = await requested('changing')
    await failed(first)
    const schedule = await farm.system.db.schedule.findUniqueOrThrow({ where: { name: 'changing' } })
    expect(await compareTask(manager, first)).toEqual({ previous: null, schedule: { name: 'changing', changes: [] } })
    const config = schedule.config as { params: Record<string, string> }
    const changed = { ...config, params: { ...config.params, title: 'Other' } } as never
    await updateSchedule(farm.system, 'changing', { config: changed })
    expect((await compareTask(manager, first)).schedule?.changes).toEqual([
      { path: 'params.title', before: 'Docs', after: 'Other' },
    ])
    farm.at(new Date(Date.now() + 1000))
    const second = await retryTask(manager, first)
    farm.at(null)
    const compared = await compareTask(viewer, second)
    expect(compared.previous).toMatchObject({ id: first, changes: [{ path: 'params.title', after: 'Other' }] })
    expect(compared.schedule?.changes).toEqual([])
  })
})

describe('notes', () => {
  it('are written by those who work with tasks, and deleted by their author or an administrator', async () => {
    const id = await requested('noted')
    const note = await addNote(manager, { taskId: id, text: '**why**', links: ['https://example.org/1'] })
    await expect(addNote(viewer, { taskId: id, text: 'x', links: [] })).rejects.toMatchObject({ code: 'forbidden' })
    expect(await listNotes(viewer, id)).toMatchObject([{ author: 'kim', own: false, text: '**why**' }])
    const other = await farm.account('max', 'editor')
    await expect(deleteNote(other, { taskId: id, noteId: note.id })).rejects.toMatchObject({ code: 'forbidden' })
    await deleteNote(manager, { taskId: id, noteId: note.id })
    expect(await listNotes(viewer, id)).toEqual([])
    await expect(deleteNote(manager, { taskId: id, noteId: note.id })).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('a requester’s link', () => {
  it('shows one task: its place, its times, its file when it is ready; and nothing without a right signature', async () => {
    const id = await requested('wished')
    const { token, url, expiresAt } = await createLink(viewer, { taskId: id, days: 2 })
    expect(url).toBe(`https://farm.example.org/r/${token}`)
    expect(await openLink(farm.system, token)).toMatchObject({
      name: 'wished',
      status: 'requested',
      rankExact: true,
      files: [],
    })
    const lease = await started(id)
    await farm.system.db.file.create({
      data: { taskId: id, name: 'a.zim', status: 'uploaded', size: 3, storageKey: 'k', createdAt: new Date() },
    })
    await farm.system.db.file.create({
      data: {
        taskId: id,
        name: 'a.log',
        kind: 'logs',
        status: 'uploaded',
        size: 3,
        storageKey: 'l',
        createdAt: new Date(),
      },
    })
    await reportOutcome(agent, { ...lease, outcome: 'succeeded', exitCode: 0 })
    const view = await openLink(farm.system, token)
    expect(view).toMatchObject({ status: 'succeeded', rank: null, validUntil: expiresAt })
    expect(view.files).toMatchObject([{ name: 'a.zim', ready: true }])
    expect(await fileOfLink(farm.system, { token, id: view.files[0]?.id ?? '' })).toBe(view.files[0]?.id)
    const log = await farm.system.db.file.findFirstOrThrow({ where: { name: 'a.log' } })
    await expect(fileOfLink(farm.system, { token, id: log.id })).rejects.toMatchObject({ code: 'not_found' })

    const forged = `${token.slice(0, -4)}AAAA`
    await expect(openLink(farm.system, forged)).rejects.toMatchObject({ fields: { token: ['invalid'] } })
    const elsewhere = { ...farm.system.settings, secret: 'another secret that is long enough' }
    const other = await signLink({ now: farm.system.now, settings: elsewhere }, { taskId: id, days: 2 })
    await expect(openLink(farm.system, other.token)).rejects.toMatchObject({ fields: { token: ['invalid'] } })
    farm.at(new Date(Date.now() + 3 * 86_400_000))
    await expect(openLink(farm.system, token)).rejects.toMatchObject({ fields: { token: ['expired'] } })
    farm.at(null)
    await expect(createLink(farm.as({ kind: 'anonymous' }), { taskId: id, days: 1 })).rejects.toMatchObject({
      code: 'unauthenticated',
    })
  })
})

describe('a notice', () => {
  it('is sent again with the document that it had, but not while it is still to be sent', async () => {
    const id = await requested('told', { notification: { requested: { webhook: ['https://example.org/hook'] } } })
    const notice = await farm.system.db.notice.findFirstOrThrow({ where: { taskId: id } })
    const redeliver = (ctx: Context) => redeliverNotice(ctx, { taskId: id, noticeId: notice.id })
    await expect(redeliver(manager)).rejects.toMatchObject({ code: 'conflict' })
    await farm.system.db.notice.update({ where: { id: notice.id }, data: { status: 'dead', attempts: 12 } })
    await expect(redeliver(viewer)).rejects.toMatchObject({ code: 'forbidden' })
    await redeliver(manager)
    expect(await farm.system.db.notice.findUniqueOrThrow({ where: { id: notice.id } })).toMatchObject({
      status: 'pending',
      attempts: 0,
      payload: notice.payload,
    })
    expect(farm.jobs).toContainEqual({ queue: 'notice', payload: { noticeId: notice.id } })
    await cancelTask(farm.system, id)
  })
})

describe('saved views', () => {
  it('are one’s own, or shared by those who may, and replaced under their name', async () => {
    const save = (ctx: Context, name: string, shared: boolean, query = 'tab=failed') =>
      saveView(ctx, { screen: 'pipeline', name, query, shared })
    await save(viewer, 'mine', false)
    await expect(save(viewer, 'ours', true)).rejects.toMatchObject({ code: 'forbidden' })
    const ours = await save(manager, 'ours', true)
    await save(manager, 'ours', true, 'tab=done')
    expect(await listViews(viewer, 'pipeline')).toMatchObject([
      { name: 'mine', own: true, shared: false },
      { name: 'ours', own: false, shared: true, owner: 'kim', query: 'tab=done' },
    ])
    expect((await listViews(manager, 'pipeline')).map(({ name }) => name)).toEqual(['ours'])
    const [mine] = await listViews(viewer, 'pipeline')
    await expect(deleteView(manager, mine?.id ?? '')).rejects.toMatchObject({ code: 'not_found' })
    await expect(deleteView(viewer, ours.id)).rejects.toMatchObject({ code: 'forbidden' })
    await deleteView(manager, ours.id)
    expect(await listViews(viewer, 'pipeline')).toHaveLength(1)
  })
})
