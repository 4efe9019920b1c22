import { describe, expect, test } from 'vitest'
import { csvLine } from './csv'
import { identityKeys, withoutIdentity } from './identity'
import { mergeSnapshots } from './merge'
import type { ScheduleSnapshot } from './schedule'
import { TASK_TYPES } from './task-types/index'

const BASE: ScheduleSnapshot = {
  name: 'handbook',
  taskType: 'zimit',
  definitionVersion: 'dev',
  category: 'other',
  language: { code: 'eng', nameEn: 'English', nameNative: 'English' },
  tags: ['a', 'b'],
  periodicity: 'manually',
  enabled: true,
  archived: false,
  resources: { cpu: 1, memory: 1, disk: 1 },
  platform: null,
  context: '',
  periodFrom: 'start',
  config: { params: { title: 'One', seeds: 'x' }, image: null, warehousePath: '/other', monitor: false },
  notification: null,
  notificationFormat: 'v1',
  notes: '',
}
const withParams = (params: ScheduleSnapshot['config']['params'], change: Partial<ScheduleSnapshot> = {}) => ({
  ...BASE,
  ...change,
  config: { ...BASE.config, params },
})

describe('mergeSnapshots', () => {
  test('what only one of the two changed is kept, also within the parameters', () => {
    const theirs = withParams({ title: 'One', seeds: 'y', lang: 'fra' }, { category: 'ted' })
    const mine = withParams({ title: 'Two', seeds: 'x' }, { resources: { cpu: 4, memory: 1, disk: 1 } })
    const { merged, conflicts, taken } = mergeSnapshots(BASE, theirs, mine)
    expect(conflicts).toEqual([])
    expect(taken.sort()).toEqual(['category', 'config.params.lang', 'config.params.seeds'])
    expect(merged.config.params).toEqual({ title: 'Two', seeds: 'y', lang: 'fra' })
    expect(merged).toMatchObject({ category: 'ted', resources: { cpu: 4 } })
  })

  test('what both changed differently is a conflict and stays mine; what both changed alike is none', () => {
    const theirs = withParams({ title: 'Theirs', seeds: 'z' })
    const mine = withParams({ title: 'Mine', seeds: 'z' })
    const { merged, conflicts } = mergeSnapshots(BASE, theirs, mine)
    expect(conflicts).toEqual([{ path: 'config.params.title', base: 'One', theirs: 'Theirs', mine: 'Mine' }])
    expect(merged.config.params.title).toBe('Mine')
  })

  test('what the other one removed goes, unless I changed it', () => {
    const theirs = withParams({})
    const { merged, conflicts } = mergeSnapshots(BASE, theirs, withParams({ title: 'Mine', seeds: 'x' }))
    expect(merged.config.params).toEqual({ title: 'Mine' })
    expect(conflicts.map(({ path }) => path)).toEqual(['config.params.title'])
  })

  test('tags are merged as sets', () => {
    const { merged, conflicts } = mergeSnapshots(
      BASE,
      { ...BASE, tags: ['a', 'theirs'] },
      { ...BASE, tags: ['b', 'a', 'mine'] },
    )
    expect(conflicts).toEqual([])
    expect(merged.tags).toEqual(['a', 'theirs', 'mine'])
  })
})

test('a clone leaves what names its product', () => {
  const definition = TASK_TYPES.zimit
  if (definition === undefined) throw new Error('there is no zimit')
  expect(identityKeys(definition)).toContain('name')
  expect(withoutIdentity(definition, { name: 'example_en', seeds: 'x' })).toEqual({ seeds: 'x' })
})

test('a CSV cell is no formula and no second line', () => {
  expect(csvLine(['=1+1', '@x', '-5', 'a "b", c', 'x\ny', 7, null, true])).toBe(
    `'=1+1,'@x,'-5,"a ""b"", c","x\ny",7,,true\r\n`,
  )
})
