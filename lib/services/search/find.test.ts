import { afterAll, beforeAll, expect, it } from 'vitest'
import { testFarm, type TestFarm } from '#lib/testing/farm'
import { archiveSchedule } from '../schedules/archive'
import { requestTasks } from '../tasks/request'
import { find } from './find'

let farm: TestFarm
beforeAll(async () => {
  farm = await testFarm()
  for (const name of ['wikipedia_fr_all', 'wikipedia_en_all', 'all_the_wikipedia', '50%_done'])
    await farm.schedule({ name })
})
afterAll(() => farm.close())
const names = async (q: string) => (await find(farm.system, q)).schedules.map(({ name }) => name)

it('finds schedules by any part of the name, those that begin with it first, whatever the case', async () => {
  expect(await names('Wiki')).toEqual(['wikipedia_en_all', 'wikipedia_fr_all', 'all_the_wikipedia'])
  expect(await names('all')).toEqual(['all_the_wikipedia', 'wikipedia_en_all', 'wikipedia_fr_all'])
})
it('takes percent signs and underscores as they are', async () => {
  expect(await names('50%')).toEqual(['50%_done'])
  expect(await names('%')).toEqual(['50%_done'])
  expect(await names('_')).toHaveLength(4)
})
it('finds a task by the beginning of its id, with hyphens or without, and no other', async () => {
  const { requested } = await requestTasks(farm.system, { schedules: ['wikipedia_fr_all'] })
  const id = requested[0]?.id ?? ''
  for (const q of [id, id.slice(0, 6), id.slice(0, 13), id.replaceAll('-', ''), id.toUpperCase()]) {
    const { tasks } = await find(farm.system, q)
    expect(tasks.map((task) => [task.id, task.schedule])).toEqual([[id, 'wikipedia_fr_all']])
  }
  expect((await find(farm.system, id.slice(0, 3))).tasks).toEqual([])
  expect((await find(farm.system, '-----')).tasks).toEqual([])
})
it('leaves archived schedules out', async () => {
  await archiveSchedule(farm.system, { schedule: 'all_the_wikipedia' })
  expect(await names('all_the')).toEqual([])
})
