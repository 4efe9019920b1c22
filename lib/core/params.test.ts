import { describe, expect, it } from 'vitest'
import { expand, quotedCommand } from './command'
import { checkParams } from './params'
import { maskCommand, maskDeep, maskParams, redactor } from './secrets'
import { TASK_TYPES } from './task-types/index'

const type = (id: string) => TASK_TYPES[id] ?? expect.fail(`no task type ${id}`)
const farm = { dockerRegistry: () => 'ghcr.io', defaultPublisher: null }
const GIB = 1024 ** 3

describe('parameters', () => {
  const zimit = { name: 'example', seeds: 'https://example.org/', 'zim-file': 'example.org_1a2b3c4d.zim' }
  it.each([
    [
      'what youzim.it sends',
      { ...zimit, sizeSoftLimit: '4294967296', timeSoftLimit: 7200, failOnFailedSeed: true },
      [],
    ],
    ['a missing required one', { seeds: 'https://example.org/' }, ['name']],
    ['an unknown one', { ...zimit, nonsense: 1 }, ['nonsense']],
    ['a text for a boolean', { ...zimit, verbose: 'yes' }, ['verbose']],
    ['a boolean for a number', { ...zimit, depth: true }, ['depth']],
    ['a host without a domain', { ...zimit, seeds: 'http://localhost/' }, ['seeds']],
    ['a long title, by graphemes', { ...zimit, title: '👩‍👩‍👧'.repeat(31) }, ['title']],
    ['a title of 30 graphemes', { ...zimit, title: '👩‍👩‍👧'.repeat(30) }, []],
    ['another output', { ...zimit, output: '/etc' }, ['output']],
    ['a NUL', { ...zimit, title: 'a\u0000b' }, ['title']],
    ['an unknown choice', { ...zimit, scopeType: 'everything' }, ['scopeType']],
  ])('%s', (_, params, wrong) => {
    expect(Object.keys(checkParams(type('zimit'), params, { relaxed: true }))).toEqual(wrong)
  })
  it('holds file names to the pattern unless relaxed (zimfarm.md §11.4)', () => {
    expect(Object.keys(checkParams(type('zimit'), zimit, { relaxed: false }))).toEqual(['zim-file'])
    expect(checkParams(type('zimit'), { ...zimit, 'zim-file': 'x_en_all_{period}.zim' }, { relaxed: false })).toEqual(
      {},
    )
  })
})

it('holds an expression that would take a backtracking engine for ever (docs/decisions/0009)', () => {
  const field = { key: 'x', type: 'text', label: '', description: '', pattern: { source: '^(a|a?)+$' } } as const
  const definition = { ...type('zimit'), fields: [field] }
  const check = (x: string) => Object.keys(checkParams(definition, { x }, { relaxed: false }))
  expect([check(`${'a'.repeat(20_000)}!`), check('a'.repeat(20_000))]).toEqual([['x'], []])
})

it('complains of a parameter called __proto__ as of any other', () => {
  const params = JSON.parse('{"name":"x","__proto__":{"a":1}}') as object
  expect(Object.keys(checkParams(type('zimit'), params, { relaxed: true }))).toEqual(['__proto__'])
})

describe('the command (zimfarm.md §11)', () => {
  const config = { image: { name: 'openzim/zimit', tag: '1' }, warehousePath: '/other', monitor: false }
  const made = (id: string, params: Record<string, string | number | boolean | string[]>) =>
    expand(
      type(id),
      { config: { ...config, params }, resources: { cpu: 1, memory: GIB / 2, disk: GIB }, platform: null },
      farm,
    )
  it('has its arguments in the order of the definition, unquoted, with what is injected', () => {
    expect(made('zimit', { verbose: true, seeds: 'https://a.org/', keep: false, depth: '007' }).command).toEqual([
      'zimit',
      '--seeds=https://a.org/',
      '--depth=007',
      '--verbose',
      '--output=/output',
      '--zimit-progress-file=/output/task_progress.json',
      '--adminEmail=contact+zimfarm@kiwix.org',
    ])
  })
  it('is worded for Zimfarm v1 in the order in which the parameters were given, quoted, digits as numbers', () => {
    const { params } = made('zimit', { verbose: true, seeds: 'https://a.org/', keep: false, depth: '007' })
    expect(quotedCommand('zimit', params)).toEqual([
      'zimit',
      '--verbose',
      '--seeds="https://a.org/"',
      '--depth="7"',
      '--output="/output"',
      '--zimit-progress-file="/output/task_progress.json"',
      '--adminEmail="contact+zimfarm@kiwix.org"',
    ])
  })
  it('repeats lists, and gives shared memory within the memory', () => {
    const mw = made('mwoffliner', {
      mwUrl: 'https://br.wikipedia.org/',
      adminEmail: 'x@example.org',
      format: ['nopic', 'novid:maxi'],
    })
    expect(mw.command).toEqual(expect.arrayContaining(['--format=nopic', '--format=novid:maxi']))
    expect(made('zimit', {}).shm).toBe(GIB / 2)
    expect(made('zimit', {}).image).toEqual({ name: 'ghcr.io/openzim/zimit', tag: '1' })
  })
  it('is the same when it is made twice', () => {
    const once = made('zimit', { seeds: 'https://a.org/' })
    expect(expand(type('zimit'), { config: once, resources: once.resources, platform: null }, farm)).toEqual(once)
  })
})

it('masks secrets in parameters, commands and addresses (zimfarm.md §11.5)', () => {
  const youtube = type('youtube')
  expect(maskParams(youtube, { 'api-key': 'abc', id: 'x' })).toEqual({ 'api-key': '--------', id: 'x' })
  expect(maskCommand(youtube, ['youtube2zim', '--api-key="abc"'])).toEqual(['youtube2zim', '--api-key="--------"'])
  expect(maskDeep({ a: { uri: 's3://u:pw@host/?keyId=K&secretAccessKey=S&bucketName=b' } })).toEqual({
    a: { uri: 's3://u:--------@host/?keyId=--------&secretAccessKey=--------&bucketName=b' },
  })
})

it('masks secret values and addresses in what a program writes', () => {
  const redact = redactor(type('youtube'), { 'api-key': 'a+b/c==', id: 'visible', 'optimization-cache': 'abc' })
  expect(redact('key a+b/c== id visible, ?k=a%2Bb%2Fc%3D%3D, abc, ftp://me:pw@host/')).toBe(
    'key -------- id visible, ?k=--------, abc, ftp://me:--------@host/',
  )
})
