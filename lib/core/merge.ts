import { placesOf, same } from './history'
import type { ParamValue, ScheduleConfig, ScheduleSnapshot } from './schedule'

/** One place that two people changed differently from what both had read. */
export type Conflict = { path: string; base: unknown; theirs: unknown; mine: unknown }
export type Merged = {
  /** Theirs and mine together; at a conflict, mine. */
  merged: ScheduleSnapshot
  /** What only the other one changed and was taken over. */
  taken: string[]
  conflicts: Conflict[]
}

const asList = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : [])

/** Tags and tickets are sets: what one added or removed and what the other did go together. */
function mergedSet(base: unknown, theirs: unknown, mine: unknown): string[] {
  const [before, their, own] = [asList(base), asList(theirs), asList(mine)]
  const kept = their.filter((item) => own.includes(item) || !before.includes(item))
  return [...kept, ...own.filter((item) => !their.includes(item) && !before.includes(item))]
}
const SETS = ['tags', 'tickets']

/**
 * Three-way merge of a schedule by place: what one of the two changed is kept, what both changed differently is a
 * conflict for a person to decide.
 */
export function mergeSnapshots(base: ScheduleSnapshot, theirs: ScheduleSnapshot, mine: ScheduleSnapshot): Merged {
  const [was, their, own] = [placesOf(base), placesOf(theirs), placesOf(mine)]
  const conflicts: Conflict[] = []
  const taken: string[] = []
  let merged = mine
  for (const path of new Set([...was.keys(), ...their.keys(), ...own.keys()])) {
    const place = { path, base: was.get(path), theirs: their.get(path), mine: own.get(path) }
    if (same(place.theirs, place.mine) || same(place.theirs, place.base)) continue
    if (same(place.mine, place.base)) {
      merged = withPlace(merged, path, place.theirs)
      taken.push(path)
    } else if (SETS.includes(path)) {
      merged = withPlace(merged, path, mergedSet(place.base, place.theirs, place.mine))
      taken.push(path)
    } else conflicts.push(place)
  }
  return { merged, taken, conflicts }
}

function put<T extends object>(values: T, key: string, value: unknown): T {
  const next = { ...values } as Record<string, unknown>
  if (value === undefined) delete next[key]
  else next[key] = value
  return next as T
}

/** A snapshot with another value at one of its places; undefined takes the place away. */
export function withPlace(snapshot: ScheduleSnapshot, path: string, value: unknown): ScheduleSnapshot {
  const under = (prefix: string) => (path.startsWith(prefix) ? path.slice(prefix.length) : null)
  const param = under('config.params.')
  if (param !== null) {
    const params = put(snapshot.config.params, param, value as ParamValue | undefined)
    return { ...snapshot, config: { ...snapshot.config, params } }
  }
  const config = under('config.')
  if (config !== null) return { ...snapshot, config: put<ScheduleConfig>(snapshot.config, config, value) }
  const resource = under('resources.')
  if (resource !== null) return { ...snapshot, resources: put(snapshot.resources, resource, value) }
  return put(snapshot, path, value)
}
