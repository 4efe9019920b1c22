import { readdirSync, readFileSync } from 'node:fs'
import { parse, TYPE, type MessageFormatElement } from '@formatjs/icu-messageformat-parser'
import { describe, expect, it } from 'vitest'
import { LOCALES, localeFor } from '#lib/core/locale'
import { AREAS } from './load'

type Texts = { [key: string]: string | Texts }
const read = (locale: string, area: string) =>
  JSON.parse(readFileSync(new URL(`../../messages/${locale}/${area}.json`, import.meta.url), 'utf8')) as Texts
const flat = (texts: Texts, before = ''): [string, string][] =>
  Object.entries(texts).flatMap(([key, value]) =>
    typeof value === 'string' ? [[before + key, value] as [string, string]] : flat(value, `${before}${key}.`),
  )

/** What a message is given: its values with their kinds, and its tags. */
function placeholders(elements: MessageFormatElement[], found = new Set<string>()): Set<string> {
  for (const element of elements) {
    if (element.type === TYPE.literal || element.type === TYPE.pound) continue
    found.add(`${element.value} (${TYPE[element.type]})`)
    if (element.type === TYPE.tag) placeholders(element.children, found)
    if (element.type === TYPE.select || element.type === TYPE.plural)
      for (const option of Object.values(element.options)) placeholders(option.value, found)
  }
  return found
}
const given = (message: string) => [...placeholders(parse(message))].sort()

describe.each(AREAS)('the texts of %s', (area) => {
  const english = new Map(flat(read('en', area)))
  it.each(LOCALES.filter((locale) => locale !== 'en'))('are the same in %s, with the same placeholders', (locale) => {
    const other = new Map(flat(read(locale, area)))
    expect([...other.keys()].sort()).toEqual([...english.keys()].sort())
    const differing = [...english]
      .filter(([key, text]) => given(text).join() !== given(other.get(key) ?? '').join())
      .map(([key, text]) => `${key}: ${given(text).join()} / ${given(other.get(key) ?? '').join()}`)
    expect(differing).toEqual([])
  })
  it('are none of them empty', () => {
    for (const locale of LOCALES) expect(flat(read(locale, area)).filter(([, text]) => text.trim() === '')).toEqual([])
  })
})

it.each(LOCALES)('there is a file for each area in %s, and no other', (locale) => {
  const files = readdirSync(new URL(`../../messages/${locale}`, import.meta.url))
  expect(files.sort()).toEqual(AREAS.map((area) => `${area}.json`).sort())
})

it.each([
  [null, 'en'],
  ['', 'en'],
  ['de-DE,de;q=0.9', 'en'],
  ['fr', 'fr'],
  ['fr-CA;q=0.8, de;q=0.9', 'fr'],
  ['en;q=0.5, fr;q=0.7', 'fr'],
  ['en, fr', 'en'],
  ['fr;q=0, en;q=0.1', 'en'],
  ['*', 'en'],
  ['fr;q=x', 'fr'],
])('a browser that accepts %j is answered in %s', (header, locale) => expect(localeFor(header)).toBe(locale))
