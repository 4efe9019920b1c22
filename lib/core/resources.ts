/** `cpu` in whole cores; `memory` and `disk` in bytes. */
export type Resources = { cpu: number; memory: number; disk: number }
export const RESOURCE_NAMES = ['cpu', 'memory', 'disk'] as const
export type ResourceName = (typeof RESOURCE_NAMES)[number]
export const NONE: Resources = { cpu: 0, memory: 0, disk: 0 }

export const add = (a: Resources, b: Resources): Resources => ({
  cpu: a.cpu + b.cpu,
  memory: a.memory + b.memory,
  disk: a.disk + b.disk,
})
/** a − b, not below zero. */
export const without = (a: Resources, b: Resources): Resources => ({
  cpu: Math.max(0, a.cpu - b.cpu),
  memory: Math.max(0, a.memory - b.memory),
  disk: Math.max(0, a.disk - b.disk),
})
export const lesser = (a: Resources, b: Resources): Resources => ({
  cpu: Math.min(a.cpu, b.cpu),
  memory: Math.min(a.memory, b.memory),
  disk: Math.min(a.disk, b.disk),
})
export const fits = (need: Resources, have: Resources) =>
  need.cpu <= have.cpu && need.memory <= have.memory && need.disk <= have.disk
const NOTHING: readonly ResourceName[] = []
/** The resources of which `need` asks more than `have` holds. */
export const lacking = (need: Resources, have: Resources): readonly ResourceName[] =>
  fits(need, have) ? NOTHING : RESOURCE_NAMES.filter((name) => need[name] > have[name])
