/** `cpu` in whole cores; `memory` and `disk` in bytes. */
export type Resources = { cpu: number; memory: number; disk: number }
export const RESOURCE_NAMES = ['cpu', 'memory', 'disk'] as const
export type ResourceName = (typeof RESOURCE_NAMES)[number]
export const NONE: Resources = { cpu: 0, memory: 0, disk: 0 }

const each = (make: (name: ResourceName) => number): Resources => ({
  cpu: make('cpu'),
  memory: make('memory'),
  disk: make('disk'),
})
export const add = (a: Resources, b: Resources) => each((name) => a[name] + b[name])
/** a − b, not below zero. */
export const without = (a: Resources, b: Resources) => each((name) => Math.max(0, a[name] - b[name]))
export const lesser = (a: Resources, b: Resources) => each((name) => Math.min(a[name], b[name]))
/** The resources of which `need` asks more than `have` holds. */
export const lacking = (need: Resources, have: Resources) => RESOURCE_NAMES.filter((name) => need[name] > have[name])
export const fits = (need: Resources, have: Resources) => lacking(need, have).length === 0
