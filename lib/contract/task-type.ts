import { z } from 'zod'
import {
  BASE_MODELS,
  BLOB_KINDS,
  EXECUTORS,
  FIELD_TYPES,
  VALIDATORS,
  type TaskTypeDefinition,
} from '#lib/core/task-type'
import { endpoint } from './endpoint'
import { fieldErrors, instant, resources, text } from './shared'

const count = z.number().int().min(0)
const scalar = z.union([z.string(), z.number(), z.boolean()])
const pattern = z.strictObject({
  source: z.string().min(1).max(2_000).describe('as RE2 takes it; write ^ and $ for the whole value'),
  message: z.string().max(500).optional(),
})
const choice = z.union([
  z.string(),
  z.strictObject({ title: z.string(), value: z.string(), dependents: z.array(z.string()).optional() }),
])
const key = z.string().regex(/^[\w.-]{1,100}$/, 'must have letters, digits, dots, hyphens and underscores only')
export const field = z.strictObject({
  key,
  type: z.enum(FIELD_TYPES),
  list: z.boolean().optional().describe('the value is a list of such values'),
  label: text(200),
  description: z.string().max(5_000).default(''),
  required: z.boolean().optional(),
  secret: z.boolean().optional(),
  choices: z.array(choice).max(2_000).optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  minLength: count.optional().describe('graphemes'),
  maxLength: count.optional().describe('graphemes'),
  pattern: pattern.optional(),
  relaxed: z
    .strictObject({
      min: z.number().nullable().optional(),
      max: z.number().nullable().optional(),
      minLength: count.nullable().optional(),
      maxLength: count.nullable().optional(),
      pattern: pattern.nullable().optional(),
    })
    .optional()
    .describe('limits that hold instead where the farm has relaxed this task type; null lifts one'),
  validator: z.enum(VALIDATORS).optional(),
  placeholder: z.string().max(500).optional(),
  default: scalar.optional(),
  frozen: z.boolean().optional().describe('always the default'),
  isPublisher: z.boolean().optional(),
  kind: z.enum(BLOB_KINDS).optional().describe('of a blob'),
  allowRemoteUrl: z.boolean().optional().describe('of a blob'),
  anyHost: z.boolean().optional().describe('an address whose host needs no top-level domain'),
  internalKey: z.string().max(100).optional(),
})

/** The ways in which a task type from outside can run. */
const OUTSIDE = EXECUTORS.filter((name) => name !== 'in_process')
const transformer = z.union([
  z.strictObject({ name: z.literal('split'), operand: z.string().optional() }),
  z.strictObject({ name: z.literal('hostname') }),
])
const shape = {
  id: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]{0,99}$/, 'must have lower-case letters, digits, hyphens and underscores only'),
  title: text(200),
  description: z.string().max(5_000).default(''),
  executable: text(200).describe('the program'),
  mountPoint: z
    .string()
    .regex(/^\/[\w./-]{1,200}$/, 'must be an absolute path')
    .default('/output'),
  fields: z.array(field).max(500),
  baseModel: z.enum(BASE_MODELS).optional(),
  exclusive: z.array(z.array(key).min(1)).optional().describe('groups of keys of which exactly one must be set'),
  similarity: z.array(z.strictObject({ key, transformers: z.array(transformer) })).optional(),
  zimMetadata: z.array(z.strictObject({ metadata: text(100), key })).optional(),
  outputParam: key.optional().describe('the parameter that Croft sets to the folder of the output'),
  progressParam: key.optional().describe('the parameter that Croft sets to the progress file'),
  inject: z.array(z.strictObject({ key, value: z.union([z.string(), z.boolean()]) })).optional(),
  mountPointFlag: key.optional(),
  image: text(200).optional().describe('without registry and tag, e.g. openzim/zimit'),
  minShm: count.optional().describe('bytes'),
  timeLimit: z.number().int().min(1).max(31_622_400).default(2_678_400).describe('seconds'),
  resources: resources.default({ cpu: 3, memory: 2_147_483_648, disk: 21_474_836_480 }),
  offliner: z.boolean().default(true).describe("offered to Zimfarm's clients"),
}
export const definition = z.strictObject({
  ...shape,
  executor: z.enum(OUTSIDE, `must be ${OUTSIDE.join(' or ')}`).default('container'),
}) satisfies z.ZodType<TaskTypeDefinition>
const anyDefinition = z.strictObject({ ...shape, executor: z.enum(EXECUTORS) }) satisfies z.ZodType<TaskTypeDefinition>

const version = z
  .string()
  .trim()
  .regex(/^[\w.+-]{1,100}$/, 'must have letters, digits, dots, hyphens, underscores and plus signs only')
const taskType = z.object({
  id: z.string(),
  title: z.string(),
  description: z.string(),
  executor: z.enum(EXECUTORS),
  offliner: z.boolean(),
  builtin: z.boolean().describe('comes with Croft'),
  version: z.string().describe('the version that schedules without one of their own take'),
  versions: z.array(z.string()),
  fields: z.array(field).describe('of that version'),
  timeLimit: z.number().nullable().describe('seconds; null while there is no version'),
  resources: resources.nullable(),
})
const versionUse = z.object({
  version: z.string(),
  createdAt: instant,
  updatedAt: instant,
  rechecking: z.boolean().describe('its schedules are being checked again'),
  schedules: z.number().int(),
  invalid: z.number().int().describe('of them do not fit it'),
})
const versionBody = z.object({
  taskType: z.string(),
  version: z.string(),
  definition: anyDefinition,
  createdAt: instant,
  updatedAt: instant,
  rechecking: z.boolean(),
})
const byId = z.object({ id: z.string() })
const byVersion = z.object({ id: z.string(), version })

export const listTaskTypes = endpoint({
  method: 'GET',
  path: '/task-types',
  tag: 'Task types',
  summary: 'What can be run, with the fields of each',
  access: 'public',
  response: z.object({ items: z.array(taskType) }),
})
export const createTaskType = endpoint({
  method: 'POST',
  path: '/task-types',
  tag: 'Task types',
  summary: 'Add a task type, with the first version of its definition',
  access: 'task_types.create',
  body: z.strictObject({
    definition,
    version: version.default('1'),
    ciSecret: z.string().min(16).max(500).optional().describe('with which a build server posts versions under /v2'),
  }),
  response: versionBody,
  status: 201,
})
export const getTaskType = endpoint({
  method: 'GET',
  path: '/task-types/{id}',
  tag: 'Task types',
  summary: 'One task type, with its versions and how many schedules use them',
  access: 'public',
  params: byId,
  response: taskType.extend({ uses: z.array(versionUse) }),
})
export const updateTaskType = endpoint({
  method: 'PATCH',
  path: '/task-types/{id}',
  tag: 'Task types',
  summary: 'Change what a task type is called, its own version, or the secret of its build server',
  access: 'task_types.update',
  params: byId,
  body: z.strictObject({
    title: text(200).optional(),
    description: z.string().max(5_000).optional(),
    version: version.optional(),
    ciSecret: z.string().min(16).max(500).nullable().optional(),
  }),
  response: taskType,
})
export const getTaskTypeVersion = endpoint({
  method: 'GET',
  path: '/task-types/{id}/versions/{version}',
  tag: 'Task types',
  summary: 'One version of a definition',
  access: 'public',
  params: byVersion,
  response: versionBody.extend({
    check: z.object({
      relaxed: z.boolean().describe('whether the relaxed limits of its fields hold on this farm'),
      blobUrl: z.string().describe('what the addresses of blobs begin with'),
      blobMaxSize: z.number().int().describe('bytes'),
    }),
  }),
})
export const putTaskTypeVersion = endpoint({
  method: 'PUT',
  path: '/task-types/{id}/versions/{version}',
  tag: 'Task types',
  summary: 'Add or replace a version of a definition',
  description:
    'The schedules of that version are then checked again in the background; those that no longer fit are listed by `GET /schedules?valid=false`.',
  access: 'task_types.update',
  params: byVersion,
  body: definition,
  response: versionBody,
})
export const adoptTaskTypeVersion = endpoint({
  method: 'POST',
  path: '/task-types/{id}/versions/{version}/adoption',
  tag: 'Task types',
  summary: 'Move the schedules of another version to this one, as far as they fit it',
  description: 'A page at a time: give `next` back as `after` until it is null.',
  access: 'schedules.update',
  params: byVersion,
  body: z.strictObject({
    from: version,
    after: z.string().max(500).optional(),
    limit: z.number().int().min(1).max(1_000).default(500),
    comment: z.string().max(1_000).optional(),
  }),
  response: z.object({
    moved: z.number().int(),
    refused: z.array(z.object({ schedule: z.string(), fields: fieldErrors })),
    next: z.string().nullable(),
  }),
})
