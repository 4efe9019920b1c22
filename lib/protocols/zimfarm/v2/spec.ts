import { z } from 'zod'
import { CroftError, type FieldErrors } from '#lib/core/error'
import {
  BLOB_KINDS,
  VALIDATORS,
  choiceTitle,
  choiceValue,
  type BaseModel,
  type Field,
  type FieldType,
  type Limits,
  type TaskTypeDefinition,
  type Transformer,
} from '#lib/core/task-type'
import { TASK_TYPES } from '#lib/core/task-types/index'

/** Each of their types, and ours. */
const TYPES = {
  string: { type: 'text' },
  boolean: { type: 'boolean' },
  float: { type: 'float' },
  integer: { type: 'integer' },
  url: { type: 'url' },
  email: { type: 'email' },
  'string-enum': { type: 'enum' },
  blob: { type: 'blob' },
  color: { type: 'color' },
  'list-of-string': { type: 'text', list: true },
  'list-of-integer': { type: 'integer', list: true },
  'list-of-boolean': { type: 'boolean', list: true },
  'list-of-string-enum': { type: 'enum', list: true },
  'list-of-url': { type: 'url', list: true },
  'list-of-email': { type: 'email', list: true },
} as const satisfies Record<string, { type: FieldType; list?: true }>
type FlagType = keyof typeof TYPES
const FLAG_TYPES = Object.keys(TYPES) as [FlagType, ...FlagType[]]

const text = z.string().min(1)
const count = z.number().int().min(0)
const flagSpec = z.strictObject({
  type: z.enum(FLAG_TYPES),
  title: text.optional(),
  label: text.optional(),
  description: z.string().default(''),
  required: z.boolean().nullish(),
  secret: z.boolean().nullish(),
  min: z.number().nullish(),
  max: z.number().nullish(),
  minGraphemes: count.nullish(),
  maxGraphemes: count.nullish(),
  pattern: z.string().nullish(),
  relaxedMin: z.number().nullish(),
  relaxedMax: z.number().nullish(),
  relaxedMinGraphemes: count.nullish(),
  relaxedMaxGraphemes: count.nullish(),
  relaxedPattern: z.string().nullish(),
  choices: z
    .array(
      z.union([
        z.string(),
        z.strictObject({ title: z.string(), value: z.string(), dependents: z.array(text).optional() }),
      ]),
    )
    .nullish(),
  alias: text.nullish(),
  customValidator: z.enum(VALIDATORS).nullish(),
  default: z.union([z.string(), z.boolean(), z.number()]).nullish(),
  frozen: z.boolean().nullish(),
  isPublisher: z.boolean().nullish(),
  kind: z.enum(BLOB_KINDS).nullish(),
  allowRemoteUrl: z.boolean().nullish(),
})
const transformer = z.strictObject({ name: z.enum(['split', 'hostname']).nullish(), operand: z.string().nullish() })
export const offlinerSpec = z.strictObject({
  flags: z.record(text, flagSpec),
  stdOutput: z.union([z.boolean(), text]).default(false),
  stdStats: z.union([z.boolean(), text]).default(false),
  modelValidators: z
    .array(z.strictObject({ name: z.literal('check_exclusive_fields'), fields: z.array(text).min(1) }))
    .default([]),
  similarityData: z.array(z.strictObject({ flag: text, transformers: z.array(transformer).default([]) })).default([]),
  zimMetadata: z.array(z.strictObject({ metadata: text, flag: text })).default([]),
})
export type OfflinerSpec = z.output<typeof offlinerSpec>
type FlagSpec = OfflinerSpec['flags'][string]

/** A posted spec, checked. @throws CroftError invalid, with complaints by path such as `flags.zim_file.type` */
export function readSpec(posted: unknown): OfflinerSpec {
  const result = offlinerSpec.safeParse(posted)
  const fields: FieldErrors = {}
  for (const issue of result.error?.issues ?? []) {
    const path = issue.path.map(String)
    const unknown = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...path, key].join('.')) : null
    for (const place of unknown ?? [path.join('.') || 'spec'])
      fields[place] = [...(fields[place] ?? []), unknown === null ? issue.message : 'is not known']
  }
  if (result.success) {
    for (const [name, flag] of Object.entries(result.data.flags))
      if (flag.title === undefined && flag.label === undefined) fields[`flags.${name}.title`] = ['is required']
    const known = (path: string, name: string) => {
      if (!Object.hasOwn(result.data.flags, name)) fields[path] = [`${JSON.stringify(name)} is none of the flags`]
    }
    result.data.modelValidators.forEach(({ fields: names }, index) =>
      names.forEach((name) => known(`modelValidators.${index}.fields`, name)),
    )
    result.data.similarityData.forEach(({ flag }, index) => known(`similarityData.${index}.flag`, flag))
    result.data.zimMetadata.forEach(({ flag }, index) => known(`zimMetadata.${index}.flag`, flag))
  }
  if (!result.success || Object.keys(fields).length > 0) {
    const [path, why] = Object.entries(fields)[0] ?? ['spec', []]
    throw new CroftError('invalid', `the spec is not as it should be: ${path}: ${why.join(', ')}`, fields)
  }
  return result.data
}

/** A flag's name as its key, where it has no alias (zimfarm.md §18.2). */
export const keyOf = (name: string, baseModel: BaseModel): string =>
  baseModel === 'DashModel'
    ? name.replaceAll('_', '-')
    : name.replace(/(?<=.)_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())

/** Only what is there: their null and undefined say nothing. */
const present = <T extends object>(values: T) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== null)) as {
    [K in keyof T]?: NonNullable<T[K]>
  }

function toField(name: string, flag: FlagSpec, baseModel: BaseModel): Field {
  const pattern = (source: string | null | undefined) => (source ? { source } : undefined)
  const relaxed = present({
    min: flag.relaxedMin,
    max: flag.relaxedMax,
    minLength: flag.relaxedMinGraphemes,
    maxLength: flag.relaxedMaxGraphemes,
    pattern: pattern(flag.relaxedPattern),
  })
  const { type } = TYPES[flag.type]
  const list = 'list' in TYPES[flag.type]
  return {
    key: flag.alias ?? keyOf(name, baseModel),
    internalKey: name,
    type,
    ...(list && { list }),
    label: flag.title ?? flag.label ?? name,
    description: flag.description,
    ...(flag.required === true && { required: true }),
    ...(flag.secret === true && { secret: true }),
    ...(type === 'url' && { anyHost: true }),
    ...present({
      min: flag.min,
      max: flag.max,
      minLength: flag.minGraphemes,
      maxLength: flag.maxGraphemes,
      pattern: pattern(flag.pattern),
      choices: flag.choices,
      validator: flag.customValidator,
      default: flag.default,
      kind: flag.kind,
    }),
    ...(Object.keys(relaxed).length > 0 && { relaxed }),
    ...(flag.frozen === true && { frozen: true }),
    ...(flag.isPublisher === true && { isPublisher: true }),
    ...(flag.allowRemoteUrl === true && { allowRemoteUrl: true }),
  }
}

const GIB = 1024 ** 3
const BY_DEFAULT = {
  mountPoint: '/output',
  timeLimit: 31 * 24 * 60 * 60,
  resources: { cpu: 3, memory: 2 * GIB, disk: 20 * GIB },
}
type Offliner = {
  id: string
  title: string
  description: string
  executor: TaskTypeDefinition['executor']
  baseModel: string | null
  dockerImage: string | null
  command: string | null
}
export const baseModelOf = ({ baseModel }: Pick<Offliner, 'baseModel'>): BaseModel =>
  baseModel === 'CamelModel' ? 'CamelModel' : 'DashModel'

/** Ours from theirs. What theirs cannot say (where its work is mounted, shared memory) comes with Croft where it knows the offliner. */
export function toDefinition(offliner: Offliner, spec: OfflinerSpec): TaskTypeDefinition {
  const baseModel = baseModelOf(offliner)
  const fields = Object.entries(spec.flags).map(([name, flag]) => toField(name, flag, baseModel))
  const keys = new Map(fields.map((field) => [field.internalKey, field.key]))
  const key = (name: string) => keys.get(name) ?? name
  const known = TASK_TYPES[offliner.id]
  const { mountPoint, timeLimit, resources } = known ?? BY_DEFAULT
  const std = (value: string | boolean, name: string) => (value === true ? name : value === false ? undefined : value)
  const flagged = known?.mountPointFlag
  return {
    id: offliner.id,
    title: offliner.title,
    description: offliner.description,
    executor: offliner.executor,
    executable: offliner.command ?? offliner.id,
    offliner: true,
    mountPoint,
    timeLimit,
    resources,
    fields,
    ...present({
      image: offliner.dockerImage,
      minShm: known?.minShm,
      mountPointFlag: fields.some((field) => field.key === flagged) ? flagged : undefined,
      outputParam: std(spec.stdOutput, 'output'),
      progressParam: std(spec.stdStats, 'stats-filename'),
    }),
    ...(spec.modelValidators.length > 0 && {
      exclusive: spec.modelValidators.map(({ fields: names }) => names.map(key)),
    }),
    ...(spec.similarityData.length > 0 && {
      similarity: spec.similarityData.map(({ flag, transformers }) => ({
        key: key(flag),
        transformers: transformers.flatMap(({ name, operand }): Transformer[] =>
          name === 'hostname' ? [{ name }] : name === 'split' ? [{ name, ...(operand && { operand }) }] : [],
        ),
      })),
    }),
    ...(spec.zimMetadata.length > 0 && {
      zimMetadata: spec.zimMetadata.map(({ metadata, flag }) => ({ metadata, key: key(flag) })),
    }),
  }
}

const nameOf = (field: Field) => field.internalKey ?? field.key.replace(/^-+/, '').replaceAll('-', '_')

/** A text that has choices is an enum to them; of a single choice, a pattern. */
const onlyChoice = (field: Field) =>
  field.type === 'text' && field.choices?.length === 1 ? choiceValue(field.choices[0] ?? '') : null
const quoted = (value: string) => value.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
const sourceOf = (field: Field) => {
  const only = onlyChoice(field)
  return only === null ? field.pattern?.source : `^${quoted(only)}$`
}
function flagTypeOf(field: Field): FlagType {
  const enumerated = field.type === 'enum' || (field.choices !== undefined && onlyChoice(field) === null)
  const one = enumerated ? 'enum' : field.type === 'long-text' || field.type === 'file' ? 'text' : field.type
  const list = field.list === true
  const found = FLAG_TYPES.find((name) => TYPES[name].type === one && 'list' in TYPES[name] === list)
  return found ?? (list ? 'list-of-string' : 'string')
}
const choicesOf = (field: Field) => (onlyChoice(field) === null ? field.choices : undefined)

/** Theirs from ours, for a definition that nobody posted. */
export function toSpec(definition: TaskTypeDefinition, baseModel: BaseModel): z.input<typeof offlinerSpec> {
  const names = new Map(definition.fields.map((field) => [field.key, nameOf(field)]))
  const name = (key: string) => names.get(key) ?? key
  const limits = (values: { [L in keyof Limits]?: Limits[L] | null }) => values
  const flag = (field: Field) => {
    const relaxed = limits(field.relaxed ?? {})
    return present({
      type: flagTypeOf(field),
      title: field.label,
      description: field.description,
      alias: keyOf(nameOf(field), baseModel) === field.key ? undefined : field.key,
      required: field.required,
      secret: field.secret,
      min: field.min,
      max: field.max,
      minGraphemes: field.minLength,
      maxGraphemes: field.maxLength,
      pattern: sourceOf(field),
      relaxedMin: relaxed.min,
      relaxedMax: relaxed.max,
      relaxedMinGraphemes: relaxed.minLength,
      relaxedMaxGraphemes: relaxed.maxLength,
      relaxedPattern: relaxed.pattern === null ? '.*' : relaxed.pattern?.source,
      choices: choicesOf(field)?.map((choice) =>
        typeof choice === 'string' ? choice : { ...choice, dependents: choice.dependents && [...choice.dependents] },
      ),
      customValidator: field.validator,
      default: field.default,
      frozen: field.frozen,
      isPublisher: field.isPublisher,
      kind: field.kind,
      allowRemoteUrl: field.allowRemoteUrl,
    }) as z.input<typeof flagSpec>
  }
  const std = (value: string | undefined, usual: string) => (value === usual ? true : (value ?? false))
  return {
    flags: Object.fromEntries(definition.fields.map((field) => [nameOf(field), flag(field)])),
    stdOutput: std(definition.outputParam, 'output'),
    stdStats: std(definition.progressParam, 'stats-filename'),
    modelValidators: (definition.exclusive ?? []).map((group) => ({
      name: 'check_exclusive_fields' as const,
      fields: group.map(name),
    })),
    similarityData: (definition.similarity ?? []).map(({ key, transformers }) => ({
      flag: name(key),
      transformers: transformers.map((step) => ({ name: step.name, operand: 'operand' in step ? step.operand : null })),
    })),
    zimMetadata: (definition.zimMetadata ?? []).map(({ metadata, key }) => ({ metadata, flag: name(key) })),
  }
}

/** A flag as the answer of `GET /offliners/X/VERSION` has it (zimfarm.md §18.2). */
export const toFlag = (field: Field) => ({
  data_key: field.key,
  key: nameOf(field),
  label: field.label,
  description: field.description,
  type: flagTypeOf(field),
  required: field.required === true,
  secret: field.secret === true,
  min: field.min ?? null,
  max: field.max ?? null,
  min_graphemes: field.minLength ?? null,
  max_graphemes: field.maxLength ?? null,
  pattern: sourceOf(field) ?? null,
  allow_remote_url: field.allowRemoteUrl === true,
  choices: choicesOf(field)?.map((choice) => ({ title: choiceTitle(choice), value: choiceValue(choice) })) ?? null,
  kind: field.kind ?? null,
})
