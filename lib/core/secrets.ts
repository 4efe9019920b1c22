import type { Params } from './schedule'
import type { TaskTypeDefinition } from './task-type'

/** What stands for a secret (zimfarm.md §11.5). */
export const MASK = '--------'
/** The same in the newer Zimfarm (zimfarm.md §18.3). */
export const LONG_MASK = '*'.repeat(24)

const secretKeys = (definition: TaskTypeDefinition) =>
  definition.fields.filter((field) => field.secret).map((field) => field.key)

/** The parameters that are known to be no secrets: the open fields, and what the task type sets by itself. */
function openKeys(definition: TaskTypeDefinition): Set<string> {
  const { fields, outputParam, progressParam, inject = [] } = definition
  const open = [...fields.filter((field) => field.secret !== true), ...inject].map(({ key }) => key)
  return new Set([...open, ...[outputParam, progressParam].filter((key) => key !== undefined)])
}

/**
 * The parameters with their secret values masked. What the definition does not know may have been a secret of an earlier
 * one, and without a definition everything may be.
 */
export function maskParams(definition: TaskTypeDefinition | null | undefined, params: Params, mask = MASK): Params {
  const open = definition ? openKeys(definition) : new Set<string>()
  return Object.fromEntries(
    Object.entries(params).map(([key, value]) => [
      key,
      !open.has(key) ? mask : typeof value === 'string' ? maskUrls(value, mask) : value,
    ]),
  )
}

const IS_MASK = /^(-{8}|\*{24})$/

/**
 * New parameters in which a mask, as a caller without sight of secrets sends it back, stands for the value that is stored;
 * so does an address whose secret parts are masked.
 */
export function keepSecrets(definition: TaskTypeDefinition, params: Params, stored: Params): Params {
  const secret = new Set(secretKeys(definition))
  return Object.fromEntries(
    Object.entries(params).map(([key, value]) => {
      const before = stored[key]
      const masked =
        typeof value === 'string' &&
        (secret.has(key) ? IS_MASK.test(value) : typeof before === 'string' && isMasked(value, before))
      return [key, masked ? (before ?? value) : value]
    }),
  )
}

const isMasked = (value: string, stored: string) =>
  value !== stored && [MASK, LONG_MASK].some((mask) => value === maskUrls(stored, mask))

/** The command line with the values of secret parameters masked. */
export function maskCommand(definition: TaskTypeDefinition, command: readonly string[]): string[] {
  const secret = secretKeys(definition)
  return command.map((word) => {
    const key = secret.find((name) => word.startsWith(`--${name}=`))
    return key === undefined ? maskUrls(word) : `--${key}="${MASK}"`
  })
}

/** Masks passwords and the values of keyId and secretAccessKey in the URLs of a text (zimfarm.md §11.5). */
export function maskUrls(text: string, mask = MASK): string {
  if (!text.includes('://')) return text
  return text
    .split(/(\s+)/)
    .map((word) => (word.includes('://') ? maskWord(word, mask) : word))
    .join('')
}

/** Shorter values are no secrets, and masking them would garble every log. */
const SHORTEST_SECRET = 4

/** Masks a task's secret values, as they are and as parts of addresses, and the secrets of URLs, in what its program wrote. */
export function redactor(definition: TaskTypeDefinition | null | undefined, params: Params): (text: string) => string {
  const values = (definition ? secretKeys(definition) : [])
    .flatMap((key) => params[key] ?? [])
    .flatMap((value) => [String(value), encodeURIComponent(String(value))])
    .filter((value) => value.length >= SHORTEST_SECRET)
    .sort((a, b) => b.length - a.length)
  return (text) => maskUrls(values.reduce((masked, value) => masked.replaceAll(value, MASK), text))
}

const SECRET_QUERY = /^(keyId|secretAccessKey)$/i

/** A word may hold quotes and what stands before the address, as in `--url="https://…"`. */
function maskWord(word: string, mask: string): string {
  const safe = word.replace(/(:\/\/[^/?#\s:@]*:)[^/?#\s]+@/g, `$1${mask}@`)
  const [, before = '', query, after = ''] = /^([^?#]*\?)([^#"']*)(.*)$/s.exec(safe) ?? []
  if (query === undefined) return safe
  const pairs = [...new URLSearchParams(query)]
  if (safe === word && !pairs.some(([key]) => SECRET_QUERY.test(key))) return safe
  // As in the original, a query that is touched is written anew: blank values vanish, of a repeated key the last counts.
  const kept = new Map(pairs.filter(([, value]) => value !== ''))
  const written = new URLSearchParams(
    [...kept].map(([key, value]): [string, string] => [key, SECRET_QUERY.test(key) ? mask : value]),
  )
  return `${before}${written.toString()}${after}`.replace(/([?&](?:keyId|secretAccessKey)=)[^&#"'\s]+/gi, `$1${mask}`)
}

/** Masks the URLs in every string of nested objects; lists stay as they are (zimfarm.md §11.5, pass 2). */
export function maskDeep<T>(value: T): T {
  if (typeof value === 'string') return maskUrls(value) as T
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Date) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, maskDeep(inner as unknown)])) as T
}

/** The same in lists as well. */
export function maskAll<T>(value: T, mask: string): T {
  if (typeof value === 'string') return maskUrls(value, mask) as T
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  if (Array.isArray(value)) return value.map((inner: unknown) => maskAll(inner, mask)) as T
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, maskAll(inner as unknown, mask)])) as T
}
