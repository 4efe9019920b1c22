import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { testFarm, type TestFarm } from '#lib/testing/farm'
import { removeOrphanBlobs } from '../blobs/orphans'
import type { Context } from '../context'
import { cleanUpCredentials } from '../accounts/clean-up'
import { removeDiscarded } from '../files/discard'
import { cleanUpNotices } from '../notices/clean-up'
import { openRuntime, type Runtime } from '../runtime'
import { countTasks } from './list'
import { keepHistory, removeOldTasks } from './remove'

let farm: TestFarm
let other: Runtime
let second: Context
const on = () => Promise.resolve(true)
const NOW = new Date('2026-06-01T00:00:00Z')
const ago = (days: number) => new Date(NOW.getTime() - days * 86_400_000)

beforeAll(async () => {
  farm = await testFarm({ HISTORY_TASK_PER_RECIPE: '3', SHOULD_REMOVE_OLD_TASKS: 'true', OLD_TASKS_DAYS: '10' })
  farm.at(NOW)
  other = openRuntime(farm.runtime.env, 'other')
  second = { ...farm.system, ...other.context, now: farm.system.now }
})
afterAll(async () => {
  await other.close()
  await farm.close()
})

const put = async (key: string) => {
  await farm.system.storage.put(key, Readable.from(['bytes']), 5)
  return key
}
/** An ended task with a stored file; `days` ago. */
async function ended(scheduleId: string | null, status: 'succeeded' | 'failed', days: number) {
  const id = randomUUID()
  const storageKey = await put(`tasks/${id}/file`)
  const { db } = farm.system
  await db.task.create({
    data: {
      id,
      status,
      taskTypeId: 'zimwriterfs',
      scheduleId,
      scheduleName: 'kept',
      priority: 0,
      requestedBy: 'test',
      config: {},
      cpu: 1,
      memory: 1,
      disk: 1,
      expectedSeconds: 1,
      requestedAt: ago(days),
      updatedAt: ago(days),
      endedAt: ago(days),
      reasonCode: status === 'failed' ? 'oom' : null,
      report: { create: { updatedAt: ago(days) } },
      files: { create: { name: 'x.zim', status: 'uploaded', size: 5, storageKey, createdAt: ago(days) } },
    },
  })
  const told = {
    occasion: 'ended',
    channel: 'webhook',
    target: 'https://example.org',
    payload: {},
    createdAt: ago(days),
  }
  await db.notice.create({ data: { taskId: id, ...told, nextAttemptAt: NOW, status: 'delivered' } })
  await db.taskCount.upsert({
    where: { status_shard: { status, shard: parseInt(id.slice(-1), 16) } },
    create: { status, shard: parseInt(id.slice(-1), 16), n: 1 },
    update: { n: { increment: 1 } },
  })
  return { id, storageKey }
}
const left = async (scheduleId: string) =>
  (await farm.system.db.task.findMany({ where: { scheduleId } })).map((task) => task.id)
const bytes = (key: string) => farm.system.storage.size(key)

it('keeps the newest tasks of each schedule and its newest success, by two dispatchers at once; bytes and counts follow', async () => {
  const { id } = await farm.schedule({ name: 'kept' })
  const { id: little } = await farm.schedule({ name: 'little' })
  const old = await ended(id, 'succeeded', 300)
  const success = await ended(id, 'succeeded', 200)
  const gone = await Promise.all(Array.from({ length: 5 }, (_, n) => ended(id, 'failed', 100 - n)))
  const newest = await Promise.all(Array.from({ length: 3 }, (_, n) => ended(id, 'failed', 10 - n)))
  const few = await ended(little, 'failed', 500)
  await farm.system.db.notice.updateMany({ where: { taskId: gone[0]?.id }, data: { status: 'pending' } })

  const did = await Promise.all([keepHistory(farm.system, on), keepHistory(second, on)])
  expect(did.reduce((sum, one) => sum + (one.removed ?? 0), 0)).toBe(6)
  expect((await left(id)).sort()).toEqual([success, ...newest].map((task) => task.id).sort())
  expect(await left(little)).toEqual([few.id])
  expect(await farm.system.db.notice.count({ where: { taskId: { in: gone.map((task) => task.id) } } })).toBe(1)
  expect(await countTasks(farm.system)).toMatchObject({ succeeded: 1, failed: 4 })

  expect(await bytes(old.storageKey)).toBe(5)
  const removed = await Promise.all([removeDiscarded(farm.system, on), removeDiscarded(second, on)])
  expect(removed.every((one) => one.failed === 0)).toBe(true)
  for (const task of [old, ...gone]) expect(await bytes(task.storageKey)).toBeNull()
  for (const task of [success, few, ...newest]) expect(await bytes(task.storageKey)).toBe(5)
  expect(await farm.system.db.discardedObject.count()).toBe(0)
})

it('deletes no task that a schedule names as its latest, however old', async () => {
  const { id } = await farm.schedule({ name: 'latest' })
  const latest = await ended(id, 'failed', 400)
  for (let n = 0; n < 4; n++) await ended(id, 'failed', 10 + n)
  await farm.system.db.schedule.update({ where: { id }, data: { lastTaskId: latest.id } })
  await keepHistory(farm.system, on)
  expect(await left(id)).toContain(latest.id)
  expect(await left(id)).toHaveLength(4)
})

it('deletes tasks without a schedule after some days where that is wished, and never by default', async () => {
  const young = await ended(null, 'succeeded', 9)
  const old = await ended(null, 'succeeded', 11)
  const byDefault = { ...farm.system, settings: { ...farm.system.settings, oldTaskDays: null } }
  expect(await removeOldTasks(byDefault, on)).toEqual({ removed: 0 })
  expect(await removeOldTasks(farm.system, on)).toEqual({ removed: 1 })
  const ids = [young.id, old.id]
  expect(await farm.system.db.task.findMany({ where: { id: { in: ids } }, select: { id: true } })).toEqual([
    { id: young.id },
  ])
})

it('tries bytes that cannot be removed again, and removes the others', async () => {
  const { db } = farm.system
  await db.discardedObject.deleteMany()
  await db.discardedObject.create({ data: { storageKey: '../outside', discardedAt: ago(1) } })
  await db.discardedObject.create({ data: { storageKey: await put('tasks/good'), discardedAt: NOW } })
  expect(await removeDiscarded(farm.system, on)).toEqual({ removed: 1, failed: 1 })
  expect(await bytes('tasks/good')).toBeNull()
  expect((await db.discardedObject.findMany()).map((row) => row.storageKey)).toEqual(['../outside'])
  await db.discardedObject.deleteMany()
})

it('deletes blobs a day after their schedule has gone, and bytes that no other blob has', async () => {
  const { db } = farm.system
  const { id } = await farm.schedule({ name: 'with blobs' })
  const { id: keeper } = await farm.schedule({ name: 'keeps its blob' })
  const blob = { field: 'icon', kind: 'image', size: 5, createdAt: ago(50) }
  const [alone, shared] = [await put('blobs/alone'), await put('blobs/shared')]
  await db.blob.create({ data: { ...blob, scheduleId: id, checksum: 'a', storageKey: alone } })
  await db.blob.create({ data: { ...blob, scheduleId: id, checksum: 'b', storageKey: shared } })
  await db.blob.create({ data: { ...blob, scheduleId: keeper, checksum: 'b', storageKey: shared } })
  expect(await removeOrphanBlobs(farm.system, on)).toEqual({ orphaned: 0, removed: 0 })
  await db.schedule.delete({ where: { id } })
  expect(await removeOrphanBlobs(farm.system, on)).toEqual({ orphaned: 2, removed: 0 })
  farm.at(new Date(NOW.getTime() + 25 * 3_600_000))
  expect(await removeOrphanBlobs(farm.system, on)).toEqual({ orphaned: 0, removed: 2 })
  await removeDiscarded(farm.system, on)
  expect([await bytes(alone), await bytes(shared)]).toEqual([null, 5])
  farm.at(NOW)
})

it('forgets credentials and notices that are long over, and no others', async () => {
  const { db } = farm.system
  const { actor } = await farm.account('ada', 'admin')
  const session = (name: string, data: object) =>
    db.session.create({ data: { accountId: actor.accountId, kind: 'api', userAgent: name, expiresAt: NOW, ...data } })
  await session('old', { expiresAt: ago(8) })
  await session('revoked', { revokedAt: ago(8), expiresAt: ago(-20) })
  await session('just expired', { expiresAt: ago(1) })
  await session('alive', { expiresAt: ago(-20) })
  const token = (name: string, data: object) =>
    db.apiToken.create({ data: { accountId: actor.accountId, name, tokenHash: name, ...data } })
  await token('revoked', { revokedAt: ago(31) })
  await token('expired', { expiresAt: ago(31) })
  await token('lasting', {})
  await db.signInFailure.create({ data: { key: 'past', failures: 3, windowEnd: ago(0.1) } })
  await db.signInFailure.create({ data: { key: 'now', failures: 3, windowEnd: ago(-0.1) } })
  expect(await cleanUpCredentials(farm.system, on)).toEqual({ sessions: 2, tokens: 2, failures: 1 })
  const sessions = await db.session.findMany({ select: { userAgent: true } })
  expect(sessions.map((row) => row.userAgent).sort()).toEqual(['alive', 'just expired'])
  expect((await db.apiToken.findMany()).map((row) => row.name)).toEqual(['lasting'])

  await db.notice.deleteMany()
  for (const status of ['pending', 'delivered', 'dead'] as const)
    for (const days of [29, 31, 91])
      await db.notice.create({
        data: {
          occasion: 'ended',
          channel: 'webhook',
          target: 'x',
          payload: {},
          status,
          nextAttemptAt: NOW,
          createdAt: ago(days),
        },
      })
  expect(await cleanUpNotices(farm.system, on)).toEqual({ delivered: 2, dead: 1 })
  expect(await db.notice.count({ where: { status: 'pending' } })).toBe(3)
})
