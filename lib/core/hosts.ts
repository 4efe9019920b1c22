import type { Params } from './schedule'
import type { TaskTypeDefinition } from './task-type'

/** The most hosts that one task counts for. */
const MOST = 20

function hostOf(value: unknown): string[] {
  if (typeof value !== 'string') return []
  const text = value.trim()
  if (!URL.canParse(text)) return []
  const { protocol, hostname } = new URL(text)
  return /^(https?|ftps?):$/.test(protocol) && hostname !== '' ? [hostname.replace(/\.$/, '')] : []
}

/**
 * The web sites that a task will ask: the hosts of its parameters of type `url`, and of type `file` where they are
 * addresses; in lower case, without port, each once.
 * A parameter that holds several addresses (a list, or a text with white space or commas between) counts for all.
 */
export function hostsOf(definition: Pick<TaskTypeDefinition, 'fields'>, params: Params): string[] {
  const found = new Set<string>()
  for (const { key, type } of definition.fields) {
    if ((type !== 'url' && type !== 'file') || !Object.hasOwn(params, key)) continue
    const value = params[key]
    const parts = Array.isArray(value) ? value : typeof value === 'string' ? value.split(/[\s,]+/) : []
    for (const part of parts) for (const host of hostOf(part)) found.add(host)
  }
  return [...found].sort().slice(0, MOST)
}
