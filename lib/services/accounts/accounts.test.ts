import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { CUSTOM_ROLE, may, scopeOf } from '#lib/core/access'
import { PASSWORD, testFarm, type TestFarm } from '#lib/testing/farm'
import type { Context } from '../context'
import { auditKinds, auditLog } from '../events/audit'
import { addManaged, listManaged, removeManaged } from '../managed/values'
import { createAccount } from './create'
import { listAccounts } from './list'
import { changePassword, deleteAccount, updateAccount, updateOwnAccount } from './manage'
import { actorOfToken } from './session'
import { endSessions, listSessions } from './sessions'
import { accountDetails, whoAmI } from './show'
import { signIn } from './sign-in'
import { createApiToken, endToken, listTokens } from './tokens'

let farm: TestFarm
let admin: Awaited<ReturnType<TestFarm['account']>>
let person: Awaited<ReturnType<TestFarm['account']>>
let name: string
let n = 0
beforeAll(async () => {
  farm = await testFarm()
  admin = await farm.account('root', 'admin')
})
afterAll(() => farm.close())
beforeEach(async () => {
  farm.at(null)
  name = `ann-${++n}`
  person = await farm.account(name, 'manager')
})
const anonymous = () => farm.as({ kind: 'anonymous' })
const enter = (username = name, password = PASSWORD, ip = `192.0.2.${n}`) =>
  signIn(anonymous(), { username, password, kind: 'api', ip })
const forbidden = { code: 'forbidden' }
const unauthenticated = { code: 'unauthenticated' }

describe('a disabled account', () => {
  it('is opened by none of its credentials until it is enabled again', async () => {
    const { accessToken, refreshToken } = await enter()
    const { token } = await createApiToken(person, { username: name, name: 'script', expiresAt: null })
    await updateAccount(admin, name, { disabled: { reason: 'left' } })
    await expect(enter()).rejects.toMatchObject({ code: 'forbidden', message: /disabled/ })
    await expect(enter(name, 'a wrong password')).rejects.toMatchObject(unauthenticated)
    for (const one of [accessToken, token])
      await expect(actorOfToken(farm.system, one)).rejects.toMatchObject(unauthenticated)
    const { refreshSession } = await import('./session')
    await expect(refreshSession(anonymous(), refreshToken)).rejects.toMatchObject(unauthenticated)
    expect((await accountDetails(admin, name)).disabled).toMatchObject({ by: 'root', reason: 'left' })
    await updateAccount(admin, name, { disabled: null })
    expect((await actorOfToken(farm.system, token)).username).toBe(name)
  })
  it('is never one’s own, nor the only administrator', async () => {
    await expect(updateAccount(admin, 'root', { disabled: { reason: 'x' } })).rejects.toMatchObject({
      code: 'conflict',
    })
    for (const change of [{ disabled: { reason: 'x' } }, { role: 'viewer' as const }, { scope: {} }])
      await expect(updateAccount(farm.system, 'root', change)).rejects.toMatchObject({ code: 'conflict' })
    await expect(deleteAccount(farm.system, 'root')).rejects.toMatchObject({ code: 'conflict' })
  })
})

describe('tokens', () => {
  it('with a scope allow no more than it, and no more than the account', async () => {
    const scope = { schedules: { read: true, update: true } }
    const { token } = await createApiToken(person, { username: name, name: 'sync', expiresAt: null, scope })
    const actor = await actorOfToken(farm.system, token)
    expect([may(actor, 'schedules.update'), may(actor, 'users.read')]).toEqual([true, false])
    await updateAccount(admin, name, { role: 'viewer' })
    expect(may(await actorOfToken(farm.system, token), 'schedules.update')).toBe(false)
    await expect(
      createApiToken(person, {
        username: name,
        name: 'more',
        expiresAt: null,
        scope: { task_types: { create: true } },
      }),
    ).rejects.toMatchObject({ code: 'invalid' })
  })
  it('with a scope change nothing that is the person’s own', async () => {
    const { token } = await createApiToken(person, { username: name, name: 'x', expiresAt: null, scope: {} })
    const limited = farm.as(await actorOfToken(farm.system, token))
    await expect(createApiToken(limited, { username: name, name: 'wide', expiresAt: null })).rejects.toMatchObject(
      forbidden,
    )
    await expect(changePassword(limited, name, { current: PASSWORD, next: 'another password' })).rejects.toMatchObject(
      forbidden,
    )
    await expect(updateOwnAccount(limited, { email: 'x@example.org' })).rejects.toMatchObject(forbidden)
    await expect(listTokens(limited, name)).rejects.toMatchObject(forbidden)
    expect(await whoAmI(limited)).toMatchObject({ username: name, limited: true })
  })
  it('for another account are made by those who may manage it', async () => {
    await farm.account(`special-${n}`, 'viewer')
    await updateAccount(admin, `special-${n}`, { scope: { task_types: { create: true } } })
    const made = { username: `special-${n}`, name: 'x', expiresAt: null }
    await expect(createApiToken(person, made)).rejects.toMatchObject(forbidden)
    await expect(createApiToken(person, { ...made, username: 'root' })).rejects.toMatchObject(forbidden)
    await createApiToken(admin, made)
  })
  it('are listed without secrets and ended, and have an end that lies ahead', async () => {
    const { id, token } = await createApiToken(person, {
      username: name,
      name: 'x',
      expiresAt: new Date(Date.now() + 1000),
    })
    const listed = await listTokens(person, name)
    expect(listed).toMatchObject([{ id, name: 'x', createdBy: name }])
    expect(JSON.stringify(listed)).not.toContain(token.slice(6))
    await endToken(admin, name, id)
    await expect(endToken(admin, name, id)).rejects.toMatchObject({ code: 'not_found' })
    await expect(actorOfToken(farm.system, token)).rejects.toMatchObject(unauthenticated)
    await expect(createApiToken(person, { username: name, name: 'x', expiresAt: new Date(0) })).rejects.toMatchObject({
      code: 'invalid',
    })
  })
})

describe('sessions', () => {
  it('are listed with where they came from, and ended one by one or all but one’s own', async () => {
    const [first, second, third] = [await enter(), await enter(), await enter()]
    const self = farm.as(third.actor)
    const list = async () => (await listSessions(self, { username: name, limit: 50 })).items
    expect(await list()).toHaveLength(3)
    expect((await list()).find((one) => one.own)).toMatchObject({ id: third.sessionId, address: `192.0.2.${n}` })
    const page = await listSessions(self, { username: name, limit: 2 })
    const rest = await listSessions(self, { username: name, limit: 2, after: page.next ?? '' })
    expect(new Set([...page.items, ...rest.items].map((one) => one.id)).size).toBe(3)
    await endSessions(self, name, first.sessionId)
    await expect(actorOfToken(farm.system, first.accessToken)).rejects.toMatchObject(unauthenticated)
    expect(await endSessions(self, name, null)).toBe(1)
    await expect(actorOfToken(farm.system, second.accessToken)).rejects.toMatchObject(unauthenticated)
    expect((await actorOfToken(farm.system, third.accessToken)).username).toBe(name)
  })
  it('of others are ended by those who may, and of administrators by administrators', async () => {
    const other = await farm.account(`viewer-${n}`, 'viewer')
    const { sessionId } = await enter()
    await expect(endSessions(other, name, sessionId)).rejects.toMatchObject(forbidden)
    await expect(listSessions(other, { limit: 10 })).rejects.toMatchObject(forbidden)
    await expect(endSessions(person, 'root', null)).rejects.toMatchObject(forbidden)
    await endSessions(admin, name, sessionId)
  })
})

describe('sign-in', () => {
  it('is limited for one name from one address, and for one name from anywhere', async () => {
    for (let i = 0; i < 10; i++) await expect(enter(name, 'wrong')).rejects.toMatchObject(unauthenticated)
    await expect(enter(name, PASSWORD)).rejects.toMatchObject({ code: 'too_many_attempts' })
    await enter(name, PASSWORD, '198.51.100.1')
    await farm.system.db.signInFailure.update({ where: { key: `name ${name}` }, data: { failures: 100 } })
    await expect(enter(name, PASSWORD, '198.51.100.2')).rejects.toMatchObject({ code: 'too_many_attempts' })
    farm.at(new Date(Date.now() + 16 * 60_000))
    await enter()
  })
  it('that succeeds costs nothing of either', async () => {
    for (let i = 0; i < 12; i++) await enter()
    const left = await farm.system.db.signInFailure.findMany({ where: { key: { contains: name } } })
    expect(left.every((row) => row.failures === 0)).toBe(true)
  })
})

describe('permissions that are given', () => {
  it('are never more than those of who gives them', async () => {
    const scope = { users: { read: true, create: true, update: true } }
    const clerk = farm.as({ ...person.actor, role: CUSTOM_ROLE, scope })
    const made = { username: `made-${n}`, password: null, email: null, role: 'viewer' as const }
    await expect(createAccount(clerk, { ...made, scope: { tasks: { cancel: true } } })).rejects.toMatchObject(forbidden)
    await expect(createAccount(person, { ...made, scope: scopeOf('admin') })).rejects.toMatchObject(forbidden)
    expect(await createAccount(clerk, { ...made, scope: { users: { read: true } } })).toMatchObject({
      role: CUSTOM_ROLE,
    })
    await expect(updateAccount(person, made.username, { scope: scopeOf('admin') })).rejects.toMatchObject(forbidden)
  })
})

describe('accounts', () => {
  it('are found by name, address, role and state', async () => {
    await updateAccount(admin, name, { displayName: 'Ann Other', email: `x${n}@example.net` })
    const found = async (search: object) =>
      (await listAccounts(admin, { limit: 50, ...search })).items.map((one) => one.username)
    expect(await found({ q: `X${n}@example.net` })).toEqual([name])
    expect(await found({ q: 'other', role: ['viewer'] })).toEqual([])
    await updateAccount(admin, name, { disabled: { reason: 'x' } })
    expect(await found({ state: 'disabled', q: name })).toEqual([name])
  })
})

describe('managed values', () => {
  it('are added and removed by those who may, and tell where they come from', async () => {
    const values = async (kind: 'tag' | 'category' | 'language' | 'warehouse_path') =>
      (await listManaged(person, kind)).map(({ value, source }) => `${value} ${source}`)
    await farm.schedule({ name: `tagged-${n}`, tags: ['from-a-schedule'] })
    await expect(addManaged(person, 'tag', { value: 'x' })).rejects.toMatchObject(forbidden)
    await addManaged(admin, 'tag', { value: 'news' })
    expect(await values('tag')).toEqual(['from-a-schedule in_use', 'news added'])
    await removeManaged(admin, 'tag', 'news')
    await expect(removeManaged(admin, 'tag', 'from-a-schedule')).rejects.toMatchObject({ code: 'not_found' })
    expect(await values('warehouse_path')).toContain('/videos built_in')
    expect(await addManaged(admin, 'language', { value: 'fra' })).toMatchObject({ label: 'French' })
    for (const [kind, value] of [
      ['language', 'French!'],
      ['warehouse_path', '/a/../b'],
      ['category', ' '],
    ] as const)
      await expect(addManaged(admin, kind, { value })).rejects.toMatchObject({ code: 'invalid' })
    await expect(addManaged(admin, 'category', { value: 'wikipedia' })).rejects.toMatchObject({ code: 'conflict' })
  })
})

describe('the audit log', () => {
  const log = async (search: Parameters<typeof auditLog>[1], ctx: Context = admin) =>
    (await auditLog(ctx, search, { limit: 100 })).items
  it('is filtered by who, what, when and subject, pages by key, and is for those who may read accounts', async () => {
    const before = new Date()
    await updateAccount(admin, name, { displayName: 'One' })
    await updateAccount(person, name, { displayName: 'Two' })
    await farm.schedule({ name: `logged-${n}` })
    expect((await log({ actor: name, kinds: ['account'] })).map((one) => [one.kind, one.actor])).toContainEqual([
      'account.updated',
      name,
    ])
    expect((await log({ schedule: `logged-${n}` })).map((one) => one.kind)).toEqual(['schedule.created'])
    expect(await log({ kinds: ['schedule'], from: before })).toHaveLength(1)
    expect(await log({ to: new Date(0) })).toEqual([])
    expect((await log({ from: before, kinds: ['account.updated'] })).length).toBeGreaterThanOrEqual(2)
    const all = await log({})
    const pages: string[] = []
    let after: string | undefined
    do {
      const page = await auditLog(admin, {}, { limit: 7, after })
      pages.push(...page.items.map((one) => one.id))
      after = page.next ?? undefined
    } while (after !== undefined && pages.length < 100)
    expect(pages.slice(0, all.length)).toEqual(all.map((one) => one.id).slice(0, pages.length))
    expect(await auditKinds(admin)).toContain('account.updated')
    await expect(log({ worker: 'nobody' })).rejects.toMatchObject({ code: 'not_found' })
    const viewer = await farm.account(`reader-${n}`, 'viewer')
    await expect(log({}, viewer)).rejects.toMatchObject(forbidden)
  })
  it('never holds a password, a token or a key', async () => {
    const { token } = await createApiToken(person, { username: name, name: 'x', expiresAt: null })
    await changePassword(person, name, { current: PASSWORD, next: 'the next password' })
    await enter(name, 'the next password')
    const events = JSON.stringify(await farm.system.db.event.findMany(), (_, value: unknown) =>
      typeof value === 'bigint' ? String(value) : value,
    )
    for (const secret of [token, token.slice(6), PASSWORD, 'the next password']) expect(events).not.toContain(secret)
  })
})
