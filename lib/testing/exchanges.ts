import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'

// Exchanges as a contract has them, with examples of our own: each answer must have these fields and no other. What
// differs from run to run stands as {{pattern}}; {{save:name}} keeps it, {{name}} uses it again.
export type Step = {
  as?: string
  request: string
  headers?: Record<string, string>
  body?: unknown
  form?: Record<string, string>
  status: number
  answer: unknown
}
export type Exchange = { file: string; about: string; steps: Step[] }

export const exchangesIn = (folder: string): Exchange[] =>
  readdirSync(folder)
    .sort()
    .map((file) => ({ file, ...(JSON.parse(readFileSync(join(folder, file), 'utf8')) as Omit<Exchange, 'file'>) }))

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

type Ask = { as?: string; headers?: Record<string, string>; body?: unknown; raw?: string }
type Call = (method: string, path: string, ask: Ask) => Promise<{ status: number; text: string; body: unknown }>

/** Plays an exchange step by step: each answer is compared whole. */
export async function replay({ file, steps }: Exchange, call: Call, saved: Map<string, string>): Promise<void> {
  for (const [number, step] of steps.entries()) {
    const [method = '', path = ''] = String(filled(step.request, saved)).split(' ')
    const form = step.form === undefined ? undefined : (filled(step.form, saved) as Record<string, string>)
    const answer = await call(method, path, {
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
}
