import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PASSWORD, testFarm, type TestFarm } from '#lib/testing/farm'
import { v1Door, type V1Door } from '#lib/testing/zimfarm'

// Exchanges as the contract has them, with examples of our own: each answer must have these fields and no other. What
// differs from run to run stands as {{pattern}}; {{save:name}} keeps it, {{name}} uses it again.
type Step = {
  as?: string
  request: string
  headers?: Record<string, string>
  body?: unknown
  form?: Record<string, string>
  status: number
  answer: unknown
}
type Exchange = { about: string; steps: Step[] }

const FOLDER = join(import.meta.dirname, 'fixtures')
const PATTERNS: Record<string, RegExp> = {
  uuid: /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/,
  /** Without a fraction only when there is none. */
  instant: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.(?!0{6})\d{6})?Z$/,
  offset: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/,
  naive: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/,
  second: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
  text: /\w/,
}

/** The value with what was saved in its places; patterns become matchers. */
function filled(value: unknown, saved: Map<string, string>): unknown {
  if (Array.isArray(value)) return value.map((inner) => filled(inner, saved))
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, filled(inner, saved)]))
  if (typeof value !== 'string') return value
  const pattern = /^\{\{(\w+)\}\}$/.exec(value)?.[1]
  if (pattern !== undefined && PATTERNS[pattern] !== undefined) return expect.stringMatching(PATTERNS[pattern])
  if (value.startsWith('{{save:')) return expect.stringMatching(/\S{20,}/)
  return value.replace(/\{\{(\w+)\}\}/g, (_, name: string) => saved.get(name) ?? `nothing saved as ${name}`)
}

function keep(wanted: unknown, got: unknown, saved: Map<string, string>): void {
  if (typeof wanted === 'string') {
    const name = /^\{\{save:(\w+)\}\}$/.exec(wanted)?.[1]
    if (name !== undefined) saved.set(name, String(got))
  } else if (typeof wanted === 'object' && wanted !== null && typeof got === 'object' && got !== null) {
    for (const [key, inner] of Object.entries(wanted)) keep(inner, (got as Record<string, unknown>)[key], saved)
  }
}

describe.each(readdirSync(FOLDER))('%s', (file) => {
  const { about, steps } = JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Exchange
  let farm: TestFarm
  let door: V1Door
  const saved = new Map([['password', PASSWORD]])
  beforeAll(async () => {
    farm = await testFarm({
      ZIM_UPLOAD_URI: 's3://s3.example.org/?bucketName=zim&keyId=K&secretAccessKey=S',
      ZIM_EXPIRATION: '0',
      ZIMCHECK_OPTION: '--all',
      LOGS_UPLOAD_URI: 'sftp://uploader@store.example.org:1522/logs',
    })
    door = v1Door(farm)
    for (const role of ['admin', 'manager', 'editor', 'worker'] as const) await farm.account(role, role)
    await farm.account('youzimit', 'manager')
    for (const name of ['admin', 'manager', 'editor', 'worker', 'youzimit']) await door.signIn(name)
  })
  afterAll(() => farm.close())

  it(about, async () => {
    for (const [number, step] of steps.entries()) {
      const [method = '', path = ''] = String(filled(step.request, saved)).split(' ')
      const form = step.form === undefined ? undefined : (filled(step.form, saved) as Record<string, string>)
      const answer = await door.call(method, path, {
        as: step.as,
        headers: filled(step.headers ?? {}, saved) as Record<string, string>,
        ...(form === undefined ? { body: filled(step.body, saved) } : { raw: new URLSearchParams(form).toString() }),
      })
      const where = `${file} ${number}: ${step.request}`
      const got = answer.text === '' ? null : (answer.body ?? answer.text)
      expect({ where, status: answer.status, answer: got }).toEqual({
        where,
        status: step.status,
        answer: filled(step.answer, saved),
      })
      keep(step.answer, got, saved)
    }
  })
})
