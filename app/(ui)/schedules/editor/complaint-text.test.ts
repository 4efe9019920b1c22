import { expect, it } from 'vitest'
import { checkParams } from '#lib/core/params'
import type { Field, TaskTypeDefinition } from '#lib/core/task-type'
import en from '../../../../messages/en/editor.json'
import { complaintText } from './complaint-text'

const field = (key: string, more: Partial<Field>): Field => ({
  key,
  type: 'text',
  label: key,
  description: '',
  ...more,
})
const FIELDS = [
  field('required', { required: true }),
  field('empty', { required: true }),
  field('number', { type: 'float' }),
  field('whole', { type: 'integer' }),
  field('least', { type: 'integer', min: 3 }),
  field('most', { type: 'integer', max: 3 }),
  field('longer', { maxLength: 2 }),
  field('shorter', { minLength: 2 }),
  field('url', { type: 'url' }),
  field('email', { type: 'email' }),
  field('blob', { type: 'blob', kind: 'css' }),
  field('blobOrUrl', { type: 'blob', kind: 'css', allowRemoteUrl: true }),
  field('language', { validator: 'language_code' }),
  field('talk', { validator: 'validate_ted_links' }),
  field('oneOf', { choices: ['a', 'b'] }),
  field('exactlyOne', {}),
  field('item', { type: 'integer', list: true }),
]
const definition: TaskTypeDefinition = {
  id: 'test',
  title: '',
  description: '',
  executor: 'container',
  executable: 'x',
  mountPoint: '/output',
  fields: FIELDS,
  exclusive: [['exactlyOne']],
  timeLimit: 1,
  resources: { cpu: 1, memory: 1, disk: 1 },
  offliner: false,
}
const WRONG = {
  empty: ' ',
  number: 'x',
  whole: 1.5,
  least: 1,
  most: 9,
  longer: 'xxx',
  shorter: 'x',
  url: 'x',
  email: 'x',
  blob: 'x',
  blobOrUrl: 'x',
  language: 'english',
  talk: 'x',
  oneOf: 'c',
  item: ['x'],
  unknown: 1,
}
const complaints = checkParams(definition, WRONG, { relaxed: false, blobUrl: 'https://farm.example.org/' })

it.each([...FIELDS.map(({ key }) => key), 'unknown'])('what is wrong is said in the reader’s language: %s', (key) => {
  const said: string[] = []
  for (const complaint of complaints[key] ?? []) {
    complaintText((as, values) => {
      said.push(as)
      expect(Object.values(values).every((value) => value !== '')).toBe(true)
      return as
    }, complaint)
  }
  expect(said).toContain(key)
  for (const one of said) expect(Object.keys(en.complaints)).toContain(one)
})
