import { afterAll, beforeAll, expect, it } from 'vitest'
import { testFarm, type TestFarm } from '#lib/testing/farm'
import { inTransaction } from './client'
import { later } from './sql'
import { insert } from './write'

let farm: TestFarm
beforeAll(async () => {
  farm = await testFarm()
})
afterAll(() => farm.close())

const event = (kind: string, data: object = {}) => ({ at: new Date(), kind, actor: 'test', data })
const kinds = async () =>
  (await farm.system.db.event.findMany({ where: { actor: 'test' }, orderBy: { id: 'asc' } })).map(({ kind }) => kind)

it('commits what was not waited for together with the rest', async () => {
  await inTransaction(farm.system.db, async (tx) => {
    await later(tx, insert(tx, 'event', event('a')))
    await insert(tx, 'event', event('b'))
  })
  expect(await kinds()).toEqual(['a', 'b'])
})

it.each([
  ['the server refuses', { ...event('refused'), taskId: 'no id' }],
  ['cannot even be sent', event('unsent', { big: 1n })],
])('keeps nothing when a write that was not waited for %s', async (_, row) => {
  const before = await kinds()
  await expect(
    inTransaction(farm.system.db, async (tx) => {
      await insert(tx, 'event', event('beside'))
      await later(tx, insert(tx, 'event', row))
    }),
  ).rejects.toThrow()
  expect(await kinds()).toEqual(before)
  await inTransaction(farm.system.db, (tx) => insert(tx, 'event', event('afterwards')))
  expect((await kinds()).at(-1)).toBe('afterwards')
})

it('says so when a failed statement was passed over', async () => {
  const before = await kinds()
  await expect(
    inTransaction(farm.system.db, async (tx) => {
      await insert(tx, 'event', event('beside'))
      await insert(tx, 'event', { ...event('refused'), taskId: 'no id' }).catch(() => undefined)
    }),
  ).rejects.toThrow('rolled back')
  expect(await kinds()).toEqual(before)
})
