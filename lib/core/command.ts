import type { Resources } from './resources'
import type { ParamValue, Params, ScheduleConfig, TaskConfig } from './schedule'
import type { TaskTypeDefinition } from './task-type'

type FarmDefaults = { dockerRegistry: (offliner: string) => string; defaultPublisher: string | null }

/** A schedule's config with all that the task type sets by itself (zimfarm.md §11.1). Expanding twice is expanding once. */
export function expand(
  definition: TaskTypeDefinition,
  schedule: { config: ScheduleConfig; resources: Resources; platform: string | null },
  farm: FarmDefaults,
): TaskConfig {
  const { config, resources, platform } = schedule
  const params: Params = { ...config.params }
  if (definition.mountPointFlag !== undefined && definition.mountPointFlag in params) {
    if (params[definition.mountPointFlag] === true) params[definition.mountPointFlag] = definition.mountPoint
    else if (params[definition.mountPointFlag] === false) delete params[definition.mountPointFlag]
  }
  if (definition.outputParam !== undefined) params[definition.outputParam] = definition.mountPoint
  if (definition.progressParam !== undefined)
    params[definition.progressParam] = `${definition.mountPoint}/task_progress.json`
  for (const { key, value } of definition.inject ?? []) if (!(key in params)) params[key] = value
  for (const { key, frozen, default: value, isPublisher } of definition.fields) {
    if (frozen === true && value !== undefined) params[key] = value
    else if (isPublisher === true && farm.defaultPublisher !== null && !(key in params))
      params[key] = farm.defaultPublisher
  }
  const shm = Math.min(Math.max(definition.minShm ?? 0, config.shm ?? 0), resources.memory)
  return {
    ...config,
    params,
    image: imageOf(definition, config, farm),
    ...(shm > 0 && { shm }),
    taskType: definition.id,
    platform,
    resources,
    mountPoint: definition.mountPoint,
    command: argv(definition, params),
    timeLimit: definition.timeLimit,
  }
}

function imageOf(definition: TaskTypeDefinition, config: ScheduleConfig, farm: FarmDefaults): TaskConfig['image'] {
  if (definition.image === undefined) return config.image
  const registry = farm.dockerRegistry(definition.id)
  return {
    name: registry === '' ? definition.image : `${registry}/${definition.image}`,
    tag: config.image?.tag ?? 'latest',
  }
}

function argumentsOf(key: string, value: ParamValue, write: (value: string | number | boolean) => string): string[] {
  if (value === false || value === null) return []
  if (value === true) return [`--${key}`]
  return (Array.isArray(value) ? value : [value]).map((item) => `--${key}=${write(item)}`)
}

/** The program and its arguments, as they are executed: in the order of the definition, nothing quoted. */
export function argv(definition: TaskTypeDefinition, params: Params): string[] {
  const known = definition.fields.map((field) => field.key)
  const keys = [
    ...known.filter((key) => Object.hasOwn(params, key)),
    ...Object.keys(params).filter((key) => !known.includes(key)),
  ]
  return [definition.executable, ...keys.flatMap((key) => argumentsOf(key, params[key] ?? null, String))]
}

/**
 * The same as Zimfarm v1 words it: in the order in which the parameters were given; the quotes are part of the words,
 * and what is all digits is written as a number (zimfarm.md §11.2).
 */
export function quotedCommand(executable: string, params: Params): string[] {
  const simple = (value: string | number | boolean) => `"${/^\d+$/.test(String(value)) ? BigInt(value) : value}"`
  return [executable, ...Object.entries(params).flatMap(([key, value]) => argumentsOf(key, value, simple))]
}

export const strCommand = (command: readonly string[]) => command.join(' ')
