import type { FieldErrors } from './error'
import { isLanguageCode } from './languages'
import { holds } from './pattern'
import { choiceValue, limitsOf, type BlobKind, type Field, type Limits, type TaskTypeDefinition } from './task-type'

export const graphemes = (text: string) =>
  [...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text)].length
const plainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** An absolute URL whose host has a top-level domain, or is an address or localhost when `anyHost` (zimfarm.md §1.3). */
export function isWebUrl(value: string, anyHost = false): boolean {
  if (!URL.canParse(value)) return false
  const { protocol, hostname } = new URL(value)
  return /^(https?|ftps?):$/.test(protocol) && (anyHost || /\.[a-z0-9-]{2,}$/i.test(hostname)) && !/\s/.test(value)
}
const EMAIL = /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/
const TED_TALK = /^https:\/\/www\.ted\.com\/talks\/[\w-]+$/

/** The endings of blobs' addresses, by kind (zimfarm.md §18.4). */
export const BLOB_EXTENSIONS = {
  image: 'png',
  illustration: 'png',
  css: 'css',
  html: 'html',
  txt: 'txt',
} as const satisfies Record<BlobKind, string>

export type CheckOptions = {
  relaxed: boolean
  /** What the addresses of this farm's blobs begin with. */
  blobUrl?: string
}

const VALIDATE: Record<NonNullable<Field['validator']>, (value: string) => string[]> = {
  language_code: (value) =>
    value.split(',').flatMap((code) => (isLanguageCode(code) ? [] : [`${JSON.stringify(code)} is no ISO 639-3 code`])),
  validate_ted_links: (value) =>
    value
      .split(',')
      .flatMap((link) => (TED_TALK.test(link) ? [] : [`${JSON.stringify(link)} is no TED talk's address`])),
}

function numberComplaints(value: unknown, type: 'integer' | 'float', { min, max }: Limits): string[] {
  const numeric = typeof value === 'string' && /^\s*[+-]?\d+(\.\d+)?\s*$/.test(value) ? Number(value) : value
  if (typeof numeric !== 'number' || !Number.isFinite(numeric)) return ['must be a number']
  if (type === 'integer' && !Number.isInteger(numeric)) return ['must be a whole number']
  if (min !== undefined && numeric < min) return [`must be at least ${min}`]
  if (max !== undefined && numeric > max) return [`must be at most ${max}`]
  return []
}

function isBlobUrl(value: string, kind: BlobKind | undefined, prefix: string | undefined): boolean {
  if (prefix === undefined || kind === undefined || !value.startsWith(prefix)) return false
  const [id = '', extension] = value.slice(prefix.length).split('.')
  return /^[0-9a-f-]{36}$/.test(id) && extension === BLOB_EXTENSIONS[kind]
}

function textComplaints(field: Field, value: string, limits: Limits, options: CheckOptions): string[] {
  if (value.includes('\u0000')) return ['must not hold a NUL character']
  const found: string[] = []
  const { minLength, maxLength, pattern } = limits
  if (field.required === true && value.trim() === '') found.push('must not be empty')
  if (field.choices !== undefined && !field.choices.some((choice) => choiceValue(choice) === value)) {
    const values = field.choices.map((choice) => choiceValue(choice) || '""')
    found.push(values.length === 1 ? `must be ${values[0]}` : `must be one of: ${values.join(', ')}`)
  }
  if (minLength !== undefined || maxLength !== undefined) {
    const length = graphemes(value)
    if (minLength !== undefined && length < minLength)
      found.push(`must not be shorter than ${minLength} characters; it has ${length}`)
    if (maxLength !== undefined && length > maxLength)
      found.push(`must not be longer than ${maxLength} characters; it has ${length}`)
  }
  if (field.type === 'url' && !isWebUrl(value, field.anyHost))
    found.push('must be an address that starts with http:// or https://')
  if (field.type === 'email' && !EMAIL.test(value)) found.push('must be an e-mail address')
  if (field.type === 'blob' && !isBlobUrl(value, field.kind, options.blobUrl)) {
    if (field.allowRemoteUrl !== true) found.push('must be the address of one of its blobs')
    else if (!isWebUrl(value, true))
      found.push('must be the address of one of its blobs, or another http or https address')
  }
  if (pattern !== undefined && !holds(pattern.source, value))
    found.push(pattern.message ?? `must match ${pattern.source}`)
  if (field.validator !== undefined) found.push(...VALIDATE[field.validator](value))
  return found
}

function valueComplaints(field: Field, value: unknown, limits: Limits, options: CheckOptions): string[] {
  if (field.type === 'boolean') return typeof value === 'boolean' ? [] : ['must be true or false']
  if (field.type === 'integer' || field.type === 'float') return numberComplaints(value, field.type, limits)
  if (typeof value !== 'string') return ['must be a text']
  return textComplaints(field, value, limits, options)
}

/** What is wrong with a value; nothing when it is right (zimfarm.md §1.3, §12, §18.2). */
function complaints(field: Field, value: unknown, options: CheckOptions): string[] {
  if (field.frozen === true) return value === field.default ? [] : [`must be ${String(field.default)}`]
  const limits = limitsOf(field, options.relaxed)
  if (field.list !== true) return valueComplaints(field, value, limits, options)
  if (!Array.isArray(value)) return ['must be a list']
  if (field.required === true && value.length === 0) return ['must not be empty']
  return value.flatMap((item, index) =>
    valueComplaints(field, item, limits, options).map((why) => `item ${index + 1} ${why}`),
  )
}

/** Complaints about parameters by key; empty when they fit. Unknown keys are refused. */
export function checkParams(definition: TaskTypeDefinition, params: unknown, options: CheckOptions): FieldErrors {
  if (!plainObject(params)) return { '': ['must be an object'] }
  const errors = new Map<string, string[]>()
  const known = new Map(definition.fields.map((field) => [field.key, field]))
  for (const [key, value] of Object.entries(params)) {
    const field = known.get(key)
    const found = field === undefined ? [`is not a parameter of ${definition.id}`] : complaints(field, value, options)
    if (found.length > 0) errors.set(key, found)
  }
  for (const field of definition.fields) {
    const absent = field.required === true && field.frozen !== true && !Object.hasOwn(params, field.key)
    if (absent) errors.set(field.key, ['is required'])
  }
  for (const group of definition.exclusive ?? []) {
    const set = group.filter((key) => params[key] !== undefined && params[key] !== null)
    if (set.length === 1) continue
    for (const key of set.length === 0 ? group : set)
      errors.set(key, [...(errors.get(key) ?? []), `exactly one of ${group.join(', ')} must be set`])
  }
  return Object.fromEntries(errors)
}
