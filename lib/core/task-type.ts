import type { Resources } from './resources'

export const FIELD_TYPES = [
  'text',
  'long-text',
  'url',
  'email',
  'boolean',
  'integer',
  'float',
  'enum',
  'color',
  'file',
  'blob',
] as const
export type FieldType = (typeof FIELD_TYPES)[number]

export const BLOB_KINDS = ['image', 'illustration', 'css', 'html', 'txt'] as const
export type BlobKind = (typeof BLOB_KINDS)[number]
export const VALIDATORS = ['language_code', 'validate_ted_links'] as const
export type ValidatorName = (typeof VALIDATORS)[number]

/** One of the values that may be chosen; a bare text is its own title. */
export type Choice = string | { title: string; value: string; dependents?: readonly string[] }

/** A regular expression, in RE2's words, that the value must hold (write ^ and $ for the whole), and how to say it. */
export type Pattern = { source: string; message?: string }
export type Limits = { min?: number; max?: number; minLength?: number; maxLength?: number; pattern?: Pattern }

/** One parameter of a task type. Lengths count graphemes. */
export type Field = Limits & {
  /** The key in `params` and on the command line. */
  key: string
  /** The type of the value, or of each value of a list. */
  type: FieldType
  list?: boolean
  label: string
  description: string
  required?: boolean
  secret?: boolean
  /** The only values that are accepted. Of an `enum` forms show them; of a text they are a limit that Zimfarm v1's read-outs hide. */
  choices?: readonly Choice[]
  /** Limits that stand in for those above where this farm has relaxed the task type; null lifts one (zimfarm.md §11.4, §18.2). */
  relaxed?: { [L in keyof Limits]?: Limits[L] | null }
  /** A further check by name. */
  validator?: ValidatorName
  placeholder?: string
  /** What forms suggest; it reaches the command only where the field is frozen. */
  default?: string | number | boolean
  /** Always the default: nothing else is accepted, and it is set where absent. */
  frozen?: boolean
  /** Takes the farm's own publisher where absent. */
  isPublisher?: boolean
  /** What a blob is, and whether an address outside the farm does as well. */
  kind?: BlobKind
  allowRemoteUrl?: boolean
  /** An URL's host needs no top-level domain. */
  anyHost?: boolean
  /** The internal spelling that Zimfarm's read-outs show beside the real key, where it is not the key with `_` for `-`. */
  internalKey?: string
}

export const EXECUTORS = ['container', 'process', 'in_process'] as const
export type Executor = (typeof EXECUTORS)[number]
export const BASE_MODELS = ['DashModel', 'CamelModel'] as const
export type BaseModel = (typeof BASE_MODELS)[number]

/** The version under which the definitions that come with Croft are known. */
export const BUILTIN_VERSION = 'dev'

/** How a value becomes what makes two schedules alike. */
export type Transformer = { name: 'split'; operand?: string } | { name: 'hostname' }
export type Similarity = { key: string; transformers: readonly Transformer[] }

/** What can be run: it makes the form, the validation and the command. */
export type TaskTypeDefinition = {
  id: string
  title: string
  description: string
  executor: Executor
  /** How the names of a posted definition become keys; DashModel where nothing is said (zimfarm.md §18.2). */
  baseModel?: BaseModel
  fields: readonly Field[]
  /** Groups of fields of which exactly one must be set. */
  exclusive?: readonly (readonly string[])[]
  similarity?: readonly Similarity[]
  /** Which field fills which entry of a ZIM file's metadata. */
  zimMetadata?: readonly { metadata: string; key: string }[]
  /** The program and where it leaves its work. */
  executable: string
  mountPoint: string
  /** Parameters that Croft sets itself, over what the curator wrote. */
  outputParam?: string
  progressParam?: string
  /** Further parameters that are set where absent. */
  inject?: readonly { key: string; value: string | boolean }[]
  /** A true value is replaced by the mount point, a false one removed. */
  mountPointFlag?: string
  /** Image without registry, e.g. `openzim/zimit`; none for what needs no container. */
  image?: string
  minShm?: number
  /** Longest run, in seconds. */
  timeLimit: number
  resources: Resources
  /** Offered to Zimfarm's clients as an offliner. */
  offliner: boolean
}

export const choiceValue = (choice: Choice) => (typeof choice === 'string' ? choice : choice.value)
export const choiceTitle = (choice: Choice) => (typeof choice === 'string' ? choice : choice.title)

/** The limits of a field, as this farm holds them. */
export function limitsOf(field: Field, relaxed: boolean): Limits {
  const { min, max, minLength, maxLength, pattern } = field
  const limits: Record<string, unknown> = { min, max, minLength, maxLength, pattern }
  if (relaxed) for (const [limit, value] of Object.entries(field.relaxed ?? {})) limits[limit] = value ?? undefined
  return limits
}
