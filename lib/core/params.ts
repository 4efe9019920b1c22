import type { FieldErrors } from './error'
import type { Field, TaskTypeDefinition } from './task-type'

const graphemes = (text: string) => [...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text)].length
const plainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** An absolute URL whose host has a top-level domain, or is an address or localhost when `anyHost` (zimfarm.md §1.3). */
export function isWebUrl(value: string, anyHost = false): boolean {
  if (!URL.canParse(value)) return false
  const { protocol, hostname } = new URL(value)
  return /^(https?|ftps?):$/.test(protocol) && (anyHost || /\.[a-z0-9-]{2,}$/i.test(hostname)) && !/\s/.test(value)
}
const EMAIL = /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/

/** What is wrong with a value; nothing when it is right. Zimfarm's rules (zimfarm.md §1.3, §12), with lengths in graphemes. */
function complaints(field: Field, value: unknown, relaxed: boolean): string[] {
  if (field.type === 'boolean') {
    if (typeof value !== 'boolean') return ['must be true or false']
    return field.fixed !== undefined && value !== field.fixed ? [`must be ${String(field.fixed)}`] : []
  }
  if (field.type === 'integer' || field.type === 'float') {
    const numeric = typeof value === 'string' && /^\s*[+-]?\d+(\.\d+)?\s*$/.test(value) ? Number(value) : value
    if (typeof numeric !== 'number' || !Number.isFinite(numeric)) return ['must be a number']
    if (field.min !== undefined && numeric < field.min) return [`must be at least ${field.min}`]
    if (field.max !== undefined && numeric > field.max) return [`must be at most ${field.max}`]
    return []
  }
  if (field.type === 'enum-list') {
    if (!Array.isArray(value)) return ['must be a list']
    const wrong = value.filter((item) => typeof item !== 'string' || !field.choices?.includes(item))
    return wrong.length > 0
      ? [`each must be one of: ${field.choices?.map((choice) => JSON.stringify(choice)).join(', ')}`]
      : []
  }
  if (typeof value !== 'string') return ['must be a text']
  if (value.includes('\u0000')) return ['must not hold a NUL character']
  const found: string[] = []
  if (field.required === true && value.trim() === '') found.push('must not be empty')
  if (field.choices !== undefined && !field.choices.includes(value))
    found.push(`must be one of: ${field.choices.join(', ')}`)
  if (field.maxLength !== undefined && graphemes(value) > field.maxLength) {
    found.push(`must not be longer than ${field.maxLength} characters; it has ${graphemes(value)}`)
  }
  if (field.type === 'url' && !isWebUrl(value, field.anyHost))
    found.push('must be an address that starts with http:// or https://')
  if (field.type === 'email' && !EMAIL.test(value)) found.push('must be an e-mail address')
  if (field.fixed !== undefined && value !== field.fixed) found.push(`must be ${String(field.fixed)}`)
  if (
    field.pattern !== undefined &&
    !(relaxed && field.pattern.relaxable === true) &&
    !new RegExp(`^(?:${field.pattern.source})$`, 'u').test(value)
  ) {
    found.push(field.pattern.message)
  }
  return found
}

/** Complaints about parameters by key; empty when they fit. Unknown keys are refused. */
export function checkParams(
  definition: TaskTypeDefinition,
  params: unknown,
  options: { relaxed: boolean },
): FieldErrors {
  if (!plainObject(params)) return { '': ['must be an object'] }
  const errors: FieldErrors = {}
  const known = new Map(definition.fields.map((field) => [field.key, field]))
  for (const [key, value] of Object.entries(params)) {
    const field = known.get(key)
    const found =
      field === undefined ? [`is not a parameter of ${definition.id}`] : complaints(field, value, options.relaxed)
    if (found.length > 0) errors[key] = found
  }
  for (const field of definition.fields) {
    if (field.required === true && !Object.hasOwn(params, field.key)) errors[field.key] = ['is required']
  }
  return errors
}
