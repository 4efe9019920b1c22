import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CUSTOM_ROLE, scopeOf, type Scope } from '#lib/core/access'
import { MASK } from '#lib/core/secrets'
import { taskDocument } from '#lib/core/task-document'
import { configV2 } from '#lib/core/task-document-v2'
import type { TaskTypeDefinition } from '#lib/core/task-type'
import { UPLOADS_WAITING_LIMIT } from '#lib/core/upload'
import { testFarm, type TestFarm } from '#lib/testing/farm'
import { createAccount } from './accounts/create'
import { createApiToken } from './accounts/tokens'
import { changePassword, updateAccount } from './accounts/manage'
import { signIn } from './accounts/sign-in'
import type { Context } from './context'
import { addKey } from './keys/manage'
import { getSchedule } from './schedules/get'
import { searchSchedules } from './schedules/search'
import { addTaskType, postVersion } from './task-types/versions'
import { getTask } from './tasks/get'
import { requestTasks } from './tasks/request'
import { showTask } from './tasks/show'
import { makeFolder } from './uploads/area'

let farm: TestFarm
let admin: Context
const anonymous = () => farm.as({ kind: 'anonymous' })
beforeAll(async () => {
  farm = await testFarm()
  admin = await farm.account('root', 'admin')
})
afterAll(() => farm.close())

/** An account with permissions of its own. */
async function custom(username: string, scope: Scope) {
  const { actor } = await farm.account(username, 'viewer')
  await updateAccount(admin, username, { scope })
  return farm.as({ ...actor, role: CUSTOM_ROLE, scope })
}

describe('who may manage accounts, with permissions of his own', () => {
  const forbidden = { code: 'forbidden' }
  it('gives no role, and touches no account, that may do more than he', async () => {
    const scope = {
      users: { read: true, create: true, update: true, change_password: true },
      workers: { ssh_keys: true },
    }
    const clerk = await custom('clerk', scope)
    await farm.account('boss', 'manager')
    await farm.account('guest', 'viewer')
    const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFYm9h3QvZYnN+qVGe/xyF5/PcnfbjZ5nDoNjoY3fDga clerk'
    const made = { username: 'friend', password: 'a password for friends', email: null }
    await expect(createAccount(clerk, { ...made, role: 'manager' })).rejects.toMatchObject(forbidden)
    await expect(updateAccount(clerk, 'clerk', { role: 'manager' })).rejects.toMatchObject(forbidden)
    await expect(updateAccount(clerk, 'boss', { email: 'clerk@example.org' })).rejects.toMatchObject(forbidden)
    await expect(changePassword(clerk, 'boss', { next: 'a password for clerks' })).rejects.toMatchObject(forbidden)
    await expect(addKey(clerk, { username: 'boss', key })).rejects.toMatchObject(forbidden)
    await expect(createApiToken(clerk, { username: 'boss', name: 'mine', expiresAt: null })).rejects.toMatchObject(
      forbidden,
    )
    await createAccount(clerk, { ...made, role: 'viewer' })
    await updateAccount(clerk, 'guest', { email: 'guest@example.org' })
    await addKey(clerk, { username: 'clerk', key })
  })
  it('a manager gets no token for an account with permissions that managers lack, but one for a worker’s', async () => {
    const manager = await farm.account('max', 'manager')
    await custom('keeper', { workers: { update: true } })
    await farm.account('hand', 'worker')
    const token = { name: 'mine', expiresAt: null }
    await expect(createApiToken(manager, { username: 'keeper', ...token })).rejects.toMatchObject(forbidden)
    expect((await createApiToken(manager, { username: 'hand', ...token })).token).toMatch(/^croft_/)
    expect(scopeOf('manager').workers?.update).toBe(false)
  })
})

describe('secrets', () => {
  const field = (key: string, secret: boolean) => ({ key, type: 'text', label: key, description: '', secret }) as const
  const definition = (...fields: TaskTypeDefinition['fields']): TaskTypeDefinition => ({
    id: 'vault',
    title: 'Vault',
    description: '',
    executor: 'container',
    executable: 'vault2zim',
    mountPoint: '/output',
    image: 'example/vault',
    timeLimit: 3600,
    resources: { cpu: 1, memory: 2 ** 30, disk: 2 ** 30 },
    offliner: true,
    outputParam: 'output',
    fields,
  })
  const config = {
    params: { password: 'hunter22', title: 'open' },
    image: null,
    warehousePath: '/other',
    monitor: false,
  }
  let taskId: string
  beforeAll(async () => {
    const first = definition(field('password', true), field('title', false))
    await addTaskType(admin, { definition: first, version: '1', ciSecret: 'a secret of the build server' })
    await farm.schedule({ name: 'safe', taskType: 'vault', config })
    const { requested } = await requestTasks(farm.system, { schedules: ['safe'] })
    taskId = requested[0]?.id ?? ''
  })
  /** All that somebody without a name sees of it. */
  async function seen() {
    const task = await getTask(farm.system, taskId)
    const { config, definition } = task
    const told = [
      await getSchedule(anonymous(), 'safe'),
      await showTask(anonymous(), taskId),
      taskDocument(task),
      configV2(config, definition, { secrets: false }),
    ]
    return told.map((one) => JSON.stringify(one, (_, value: unknown) => (typeof value === 'bigint' ? 0 : value)))
  }
  it('are not shown by a definition that a build server replaces, nor by whoever may not see them', async () => {
    const open = {
      taskType: 'vault',
      version: '1',
      definition: definition(field('password', false), field('title', false)),
    }
    const ciSecret = 'a secret of the build server'
    await expect(postVersion(anonymous(), { ...open, ciSecret })).rejects.toMatchObject({ code: 'forbidden' })
    const smith = await custom('smith', { task_types: { update: true } })
    await expect(postVersion(smith, open)).rejects.toMatchObject({ code: 'forbidden' })
    await postVersion(anonymous(), { ...open, version: '2', ciSecret })
    for (const text of await seen()) expect(text).not.toContain('hunter22')
  })
  it('stay masked when the definition does not know them any more, and while it is not known itself', async () => {
    await postVersion(admin, { taskType: 'vault', version: '1', definition: definition(field('title', false)) })
    for (const text of await seen()) {
      expect(text).not.toContain('hunter22')
      expect(text).toContain('open')
    }
    expect((await getSchedule(anonymous(), 'safe')).command).toContain('--output=/output')
    await farm.system.db.taskTypeVersion.delete({
      where: { taskTypeId_version: { taskTypeId: 'vault', version: '1' } },
    })
    farm.system.taskTypes.forget()
    for (const text of await seen()) expect(text).not.toContain('hunter22')
    expect((await getSchedule(anonymous(), 'safe')).config.params.password).toBe(MASK)
    expect((await getSchedule(admin, 'safe')).config.params.password).toBe('hunter22')
  })
})

it('refuses a regular expression that takes for ever', async () => {
  await farm.schedule({ name: 'a'.repeat(299) })
  const page = { skip: 0, limit: 10 }
  const endless = String.raw`^(.+)(.+)(.+)(.+)(.+)\1\2\3\4\5$`
  await expect(searchSchedules(anonymous(), { pattern: endless }, page)).rejects.toMatchObject({ code: 'invalid' })
  expect((await searchSchedules(anonymous(), { pattern: '^a+$' }, page)).count).toBe(1)
})

it('takes a name that no account can have as a wrong one', async () => {
  for (const username of [
    'root\u0000',
    [...Array<undefined>(5_000)].map((_, at) => String.fromCodePoint(0x4e00 + at)).join(''),
  ])
    await expect(signIn(anonymous(), { username, password: 'x', kind: 'api' })).rejects.toMatchObject({
      code: 'unauthenticated',
    })
})

it('makes no more folders for an account than it may have uploads waiting', async () => {
  const hand = await farm.account('digger', 'worker')
  const now = new Date()
  await farm.system.db.upload.createMany({
    data: [...Array(UPLOADS_WAITING_LIMIT - 1).keys()].map((at) => ({
      accountId: hand.actor.accountId,
      path: `/logs/${at}/`,
      storageKey: `uploads/${at}/1`,
      createdAt: now,
      updatedAt: now,
    })),
  })
  await makeFolder(hand, '/logs/last')
  await expect(makeFolder(hand, '/logs/one-more')).rejects.toMatchObject({ code: 'conflict' })
})
