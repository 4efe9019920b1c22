import type { ScheduleSnapshot } from './schedule'

/** What differs at one place, e.g. `config.params.title`; undefined where it is absent. */
export type SnapshotChange = { path: string; before?: unknown; after?: unknown }

/** Each parameter is a place of its own; every other value is whole. */
export function placesOf(snapshot: ScheduleSnapshot): Map<string, unknown> {
  const { config, resources, ...plain } = snapshot
  const { params, ...rest } = config
  const under = (prefix: string, values: object) =>
    Object.entries(values).map(([key, value]): [string, unknown] => [`${prefix}${key}`, value])
  return new Map([
    ...under('', plain),
    ...under('resources.', resources),
    ...under('config.', rest),
    ...under('config.params.', params),
  ])
}

export const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

/** What changed from one snapshot to another, by place. */
export function compareSnapshots(before: ScheduleSnapshot, after: ScheduleSnapshot): SnapshotChange[] {
  const [old, now] = [placesOf(before), placesOf(after)]
  return [...new Set([...now.keys(), ...old.keys()])].flatMap((path) =>
    same(old.get(path), now.get(path)) ? [] : [{ path, before: old.get(path), after: now.get(path) }],
  )
}
