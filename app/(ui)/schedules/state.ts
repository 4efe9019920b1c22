import { parseAsArrayOf, parseAsBoolean, parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs'
import { SCHEDULE_SORTS } from '#lib/contract/schedule'
import type { listSchedules } from '#lib/contract/schedule'
import type { Input } from '#lib/contract/endpoint'
import { PERIODICITIES } from '#lib/core/schedule'
import { TASK_STATUSES } from '#lib/core/task'

export const COLUMNS = [
  'taskType',
  'category',
  'language',
  'tags',
  'periodicity',
  'lastRun',
  'lastSuccess',
  'next',
  'updated',
  'created',
] as const
export type Column = (typeof COLUMNS)[number]
export const DEFAULT_COLUMNS: Column[] = ['taskType', 'language', 'tags', 'periodicity', 'lastRun', 'next']
export const LAST = [...TASK_STATUSES.filter((status) => status !== 'requested'), 'never'] as const
export const STATES = ['enabled', 'disabled', 'overdue', 'valid', 'invalid'] as const

const texts = parseAsArrayOf(parseAsString).withDefault([])
const PARSERS = {
  q: parseAsString.withDefault(''),
  type: texts,
  category: texts,
  language: texts,
  tag: texts,
  every: parseAsArrayOf(parseAsStringLiteral(PERIODICITIES)).withDefault([]),
  last: parseAsArrayOf(parseAsStringLiteral(LAST)).withDefault([]),
  state: parseAsArrayOf(parseAsStringLiteral(STATES)).withDefault([]),
  archived: parseAsBoolean.withDefault(false),
  sort: parseAsStringLiteral(SCHEDULE_SORTS).withDefault('name'),
  order: parseAsStringLiteral(['asc', 'desc'] as const).withDefault('asc'),
  columns: parseAsArrayOf(parseAsStringLiteral(COLUMNS)),
  /** As links of older pages have it. */
  show: parseAsStringLiteral(['invalid', 'archived'] as const),
}

/** All of the list's state, in the address. */
export const useView = () => useQueryStates(PARSERS, { history: 'replace', throttleMs: 150 })
export type View = ReturnType<typeof useView>[0]
export type SetView = ReturnType<typeof useView>[1]

/** Nothing filtered. */
export const NO_FILTER = {
  q: null,
  type: null,
  category: null,
  language: null,
  tag: null,
  every: null,
  last: null,
  state: null,
  archived: null,
  show: null,
} as const

export type Query = Omit<NonNullable<Input<(typeof listSchedules)['query']>>, 'after' | 'limit' | 'sort' | 'order'>
const some = <T>(values: T[]) => (values.length === 0 ? undefined : values)
const either = (
  view: View,
  yes: (typeof STATES)[number],
  no: (typeof STATES)[number],
): 'true' | 'false' | undefined => {
  const [isYes, isNo] = [view.state.includes(yes), view.state.includes(no)]
  return isYes === isNo ? undefined : isYes ? 'true' : 'false'
}

/** The filter, as the farm takes it. */
export function queryOf(view: View): Query {
  return {
    q: view.q.trim() || undefined,
    taskType: some(view.type),
    category: some(view.category),
    language: some(view.language),
    tag: some(view.tag),
    periodicity: some(view.every),
    lastStatus: some(view.last),
    enabled: either(view, 'enabled', 'disabled'),
    valid: view.show === 'invalid' ? 'false' : either(view, 'valid', 'invalid'),
    overdue: view.state.includes('overdue') ? 'true' : undefined,
    archived: view.archived || view.show === 'archived' ? 'true' : undefined,
  }
}
export const isFiltered = (query: Query) => Object.values(query).some((value) => value !== undefined)

const KEPT = 'croft-schedule-columns'
/** The columns that this browser showed last. */
export function keptColumns(): Column[] {
  try {
    const kept = localStorage.getItem(KEPT)?.split(',') ?? []
    const known = COLUMNS.filter((column) => kept.includes(column))
    return known.length > 0 ? known : DEFAULT_COLUMNS
  } catch {
    return DEFAULT_COLUMNS
  }
}
export function keepColumns(columns: readonly Column[]): void {
  try {
    localStorage.setItem(KEPT, columns.join(','))
  } catch {
    // Then they last as long as the address.
  }
}
