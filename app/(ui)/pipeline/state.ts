import {
  parseAsArrayOf,
  parseAsBoolean,
  parseAsInteger,
  parseAsIsoDateTime,
  parseAsString,
  parseAsStringLiteral,
  useQueryStates,
} from 'nuqs'
import {
  canSort,
  DIRECTIONS,
  firstDirection,
  SORTS,
  TAB_SORTS,
  TABS,
  type Sort,
  type TaskQuery,
} from '#lib/core/pipeline'
import { REASON_CODES, STAGES, TASK_STATUSES } from '#lib/core/task'

const texts = parseAsArrayOf(parseAsString).withDefault([])
const PARSERS = {
  tab: parseAsStringLiteral(TABS).withDefault('queued'),
  q: parseAsString.withDefault(''),
  type: texts,
  worker: texts,
  by: texts,
  platform: texts,
  reason: parseAsArrayOf(parseAsStringLiteral(REASON_CODES)).withDefault([]),
  stage: parseAsArrayOf(parseAsStringLiteral(STAGES)).withDefault([]),
  status: parseAsArrayOf(parseAsStringLiteral(TASK_STATUSES)).withDefault([]),
  min: parseAsInteger.withDefault(0),
  since: parseAsIsoDateTime,
  until: parseAsIsoDateTime,
  sort: parseAsStringLiteral(SORTS),
  dir: parseAsStringLiteral(DIRECTIONS),
  /** A bulk job that is shown. */
  bulk: parseAsString,
  jobs: parseAsBoolean.withDefault(false),
}

/** All of the pipeline's state, in the address. */
export const useView = () => useQueryStates(PARSERS, { history: 'push', throttleMs: 100 })
export type View = ReturnType<typeof useView>[0]
export type SetView = ReturnType<typeof useView>[1]

/** Nothing filtered. */
export const NO_FILTER = {
  q: null,
  type: null,
  worker: null,
  by: null,
  platform: null,
  reason: null,
  stage: null,
  status: null,
  min: null,
  since: null,
  until: null,
} as const

const some = <T>(values: T[]) => (values.length === 0 ? undefined : values)
/** The filter, as far as the list has it. */
export function queryOf(view: View): TaskQuery {
  const { tab } = view
  return {
    tab,
    q: view.q.trim() || undefined,
    type: some(view.type),
    worker: some(view.worker),
    by: some(view.by),
    platform: some(view.platform),
    reason: tab === 'failed' ? some(view.reason) : undefined,
    stage: tab === 'running' ? some(view.stage) : undefined,
    status: tab === 'done' ? some(view.status) : undefined,
    minPriority: tab === 'queued' && view.min > 0 ? view.min : undefined,
    since: view.since?.toISOString(),
    until: view.until?.toISOString(),
  }
}
export const isFiltered = (query: TaskQuery) =>
  Object.entries(query).some(([name, value]) => name !== 'tab' && value !== undefined)

/** The order that the list has now. */
export function orderOf({ tab, sort, dir }: View): { sort: Sort; direction: (typeof DIRECTIONS)[number] } {
  const own = sort !== null && canSort(tab, sort) ? sort : TAB_SORTS[tab][0]
  return { sort: own, direction: dir ?? firstDirection(own) }
}

/** The query of an address that shows the same; without what is only open now. */
export function addressOf(search: URLSearchParams): string {
  const kept = new URLSearchParams(search)
  for (const name of ['bulk', 'jobs']) kept.delete(name)
  return kept.toString()
}
