import { describe, expect, it } from 'vitest'
import { definitionProblems } from '#lib/core/definition'
import { CroftError } from '#lib/core/error'
import { checkParams } from '#lib/core/params'
import { similarityOf } from '#lib/core/similarity'
import { TASK_TYPES } from '#lib/core/task-types/index'
import { keyOf, readSpec, toDefinition, toFlag, toSpec } from './spec'

const offliner = (id: string, baseModel: string | null = 'DashModel') => ({
  id,
  title: id,
  description: '',
  executor: 'container' as const,
  baseModel,
  dockerImage: `openzim/${id}`,
  command: `${id}2zim`,
})

const SPEC = {
  stdOutput: true,
  stdStats: 'progress-file',
  flags: {
    course_url: { type: 'list-of-url', title: 'Courses', required: true },
    links: { type: 'string', label: 'Links', customValidator: 'validate_ted_links' },
    topics: { type: 'string', title: 'Topics' },
    languages: { type: 'string', title: 'Languages', customValidator: 'language_code' },
    zim_file: { type: 'string', title: 'File', pattern: '^[a-z]+\\.zim$', relaxedPattern: '\\.zim$' },
    title: { type: 'string', title: 'Title', minGraphemes: 1, maxGraphemes: 30, relaxedMaxGraphemes: 40 },
    level: {
      type: 'string-enum',
      title: 'Level',
      choices: [
        { title: 'All of it', value: 'all' },
        { title: 'The basics', value: 'basic' },
      ],
    },
    icon: { type: 'blob', title: 'Icon', kind: 'illustration', allowRemoteUrl: true },
    threads: { type: 'integer', title: 'Threads', min: 1, max: 9 },
    mode: { type: 'string', title: 'Mode', default: 'fast', frozen: true },
    made_by: { type: 'string', title: 'Publisher', isPublisher: true, alias: 'publishedBy' },
    key: { type: 'string', title: 'Key', secret: true },
  },
  modelValidators: [{ name: 'check_exclusive_fields', fields: ['links', 'topics'] }],
  similarityData: [
    { flag: 'course_url', transformers: [{ name: 'hostname', operand: null }] },
    { flag: 'topics', transformers: [{ name: 'split', operand: ',' }] },
  ],
  zimMetadata: [{ metadata: 'Title', flag: 'title' }],
}
const definition = toDefinition(offliner('course'), readSpec(SPEC))
const FITS = { 'course-url': ['http://intranet/x'], topics: 'a,b', 'zim-file': 'x.zim', mode: 'fast' }
const wrong = (change: object, relaxed = false) =>
  Object.keys(checkParams(definition, { ...FITS, ...change }, { relaxed, blobUrl: 'https://farm/v2/blobs/download/' }))

describe('a posted spec (zimfarm.md §18.2)', () => {
  it('makes keys by the base model, unless there is an alias', () => {
    expect(definition.fields.map(({ key }) => key).slice(0, 5)).toEqual([
      'course-url',
      'links',
      'topics',
      'languages',
      'zim-file',
    ])
    expect(definition.fields.find(({ internalKey }) => internalKey === 'made_by')?.key).toBe('publishedBy')
    expect([keyOf('zim_file', 'CamelModel'), keyOf('mwUrl', 'CamelModel'), keyOf('zim_file', 'DashModel')]).toEqual([
      'zimFile',
      'mwUrl',
      'zim-file',
    ])
  })
  it('makes the output and the progress file', () => {
    expect([definition.outputParam, definition.progressParam]).toEqual(['output', 'progress-file'])
    expect(toDefinition(offliner('x'), readSpec({ flags: {}, stdStats: true })).progressParam).toBe('stats-filename')
    expect(toDefinition(offliner('x'), readSpec({ flags: {} })).outputParam).toBeUndefined()
  })
  const blob = (ending: string) => `https://farm/v2/blobs/download/1bed5f30-78a7-463a-838b-06162a83b9af.${ending}`
  it.each([
    ['what fits', {}, []],
    ['an address that is none, within a list', { 'course-url': ['http://a/', 'nonsense'] }, ['course-url']],
    ['two of which one may be set', { links: 'https://www.ted.com/talks/x' }, ['links', 'topics']],
    ['none of which one must be set', { topics: null }, ['topics', 'links']],
    ['an unknown language', { languages: 'eng,xx1' }, ['languages']],
    ['known languages', { languages: 'eng,fra' }, []],
    ['another choice', { level: 'some' }, ['level']],
    ['a choice', { level: 'basic' }, []],
    ['too few', { threads: 0 }, ['threads']],
    ['a fraction', { threads: 1.5 }, ['threads']],
    ['another value of a frozen one', { mode: 'slow' }, ['mode']],
    ['an empty title', { title: '' }, ['title']],
    ['one of its blobs', { icon: blob('png') }, []],
    ['an address elsewhere', { icon: 'https://example.org/a.png' }, []],
    ['no address', { icon: 'a.png' }, ['icon']],
    ['a title of 31', { title: 'x'.repeat(31) }, ['title']],
    ['another file name', { 'zim-file': 'X1.zim' }, ['zim-file']],
  ])('holds %s', (_, change, keys) => {
    expect(wrong(change).sort()).toEqual([...keys].sort())
  })
  it('takes the relaxed limits where the farm says so', () => {
    expect(wrong({ title: 'x'.repeat(31), 'zim-file': 'X1.zim' }, true)).toEqual([])
    expect(wrong({ title: 'x'.repeat(41), 'zim-file': 'X1' }, true)).toEqual(['zim-file', 'title'])
  })
  it('says what makes two alike', () => {
    const params = { 'course-url': ['https://a.org/1', 'https://a.org/2', 'b.org/x'], topics: 'x, y,' }
    expect(similarityOf(definition, params)).toEqual(['course-url=a.org', 'course-url=b.org', 'topics=x', 'topics=y'])
  })
  it('comes back as it was posted', () => {
    const { links, ...flags } = SPEC.flags
    const back = toSpec(definition, 'DashModel')
    expect(readSpec(back)).toEqual(
      readSpec({ ...SPEC, flags: { ...flags, links: { ...links, title: 'Links', label: undefined } } }),
    )
    expect(toDefinition(offliner('course'), readSpec(back))).toEqual(definition)
  })
  it('is told as flags', () => {
    const flags = definition.fields.map(toFlag)
    expect(flags.find(({ key }) => key === 'level')).toEqual({
      data_key: 'level',
      key: 'level',
      label: 'Level',
      description: '',
      type: 'string-enum',
      required: false,
      secret: false,
      min: null,
      max: null,
      min_graphemes: null,
      max_graphemes: null,
      pattern: null,
      allow_remote_url: false,
      choices: [
        { title: 'All of it', value: 'all' },
        { title: 'The basics', value: 'basic' },
      ],
      kind: null,
    })
    expect(flags.find(({ key }) => key === 'icon')).toMatchObject({
      type: 'blob',
      kind: 'illustration',
      allow_remote_url: true,
    })
  })
})

it.each([
  ['an unknown key', { flags: { a: { type: 'string', title: 'A', colour: 'red' } } }, 'flags.a.colour'],
  ['an unknown key at the top', { flags: {}, more: 1 }, 'more'],
  ['an unknown type', { flags: { a: { type: 'text', title: 'A' } } }, 'flags.a.type'],
  ['no title', { flags: { a: { type: 'string' } } }, 'flags.a.title'],
  [
    'an unknown validator',
    { flags: { a: { type: 'string', title: 'A', customValidator: 'x' } } },
    'flags.a.customValidator',
  ],
  [
    'a rule over an unknown flag',
    { flags: {}, modelValidators: [{ name: 'check_exclusive_fields', fields: ['b'] }] },
    'modelValidators.0.fields',
  ],
  ['no object', 'x', 'spec'],
])('refuses %s, by its path', (_, spec, path) => {
  try {
    readSpec(spec)
  } catch (error) {
    expect(error instanceof CroftError && Object.keys(error.fields)).toEqual([path])
    return
  }
  expect.fail('it was taken')
})

it.each([
  ['an expression with a look-around', { type: 'string', pattern: '^(?=a)' }, 'fields.0.pattern.source'],
  ['a broken relaxed expression', { type: 'string', relaxedPattern: '(' }, 'fields.0.relaxed.pattern.source'],
  ['a frozen flag without a default', { type: 'string', frozen: true }, 'fields.0.default'],
  ['a kind without a blob', { type: 'string', kind: 'css' }, 'fields.0.kind'],
  ['a blob without a kind', { type: 'blob' }, 'fields.0.kind'],
  ['choices that are twice the same', { type: 'string-enum', choices: ['a', 'a'] }, 'fields.0.choices'],
  ['an enum without choices', { type: 'string-enum' }, 'fields.0.choices'],
  ['a default that does not fit', { type: 'integer', default: 'many' }, 'fields.0.default'],
])('%s makes no definition', (_, flag, path) => {
  const made = toDefinition(offliner('x'), readSpec({ flags: { a: { title: 'A', ...flag } } }))
  expect(Object.keys(definitionProblems(made))).toEqual([path])
})

it.each(Object.keys(TASK_TYPES).filter((id) => TASK_TYPES[id]?.offliner))('tells %s, and takes it back alike', (id) => {
  const builtin = TASK_TYPES[id] ?? expect.fail()
  const base = builtin.baseModel ?? 'DashModel'
  const back = toDefinition(offliner(id, base), readSpec(toSpec(builtin, base)))
  expect(definitionProblems(back)).toEqual({})
  const shape = (fields: typeof back.fields) =>
    fields.map(({ key, required, secret, maxLength, min, max, list }) => ({
      key,
      required,
      secret,
      maxLength,
      min,
      max,
      list,
    }))
  expect(shape(back.fields)).toEqual(shape(builtin.fields))
  expect([back.outputParam, back.progressParam, back.mountPoint]).toEqual([
    builtin.outputParam,
    builtin.progressParam,
    builtin.mountPoint,
  ])
})
