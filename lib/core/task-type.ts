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
  'enum-list',
  'color',
  'file',
] as const
export type FieldType = (typeof FIELD_TYPES)[number]

/** One parameter of a task type. Lengths count graphemes. */
export type Field = {
  /** The key in `params` and on the command line. */
  key: string
  type: FieldType
  label: string
  description: string
  required?: boolean
  secret?: boolean
  choices?: readonly string[]
  /** The choices are a limit, but forms show plain text (a quirk that Zimfarm's read-outs keep). */
  hideChoices?: boolean
  min?: number
  max?: number
  maxLength?: number
  /** A regular expression that the whole value must match, and how to say it. */
  pattern?: { source: string; message: string; relaxable?: boolean }
  /** The only value that is accepted. */
  fixed?: string | boolean
  placeholder?: string
  default?: string | number | boolean
  /** An URL's host needs no top-level domain. */
  anyHost?: boolean
  /** The internal spelling that Zimfarm's read-outs show beside the real key, where it is not the key with `_` for `-`. */
  internalKey?: string
}

export const EXECUTORS = ['container', 'process', 'in_process'] as const
export type Executor = (typeof EXECUTORS)[number]

/** The version under which the definitions that come with Croft are known. */
export const BUILTIN_VERSION = 'dev'

/** What can be run: it makes the form, the validation and the command. */
export type TaskTypeDefinition = {
  id: string
  title: string
  description: string
  executor: Executor
  fields: readonly Field[]
  /** The program and where it leaves its work. */
  executable: string
  mountPoint: string
  /** Parameters that Croft sets itself, over what the curator wrote. */
  outputParam?: string
  progressParam?: string
  /** Further parameters that are set (`always`), or set where absent (`default`). */
  inject?: readonly { key: string; value: string | boolean; when: 'always' | 'default' }[]
  /** A true value is replaced by the mount point, a false one removed. */
  mountPointFlag?: string
  takesPublisher?: boolean
  /** Image without registry, e.g. `openzim/zimit`; none for what needs no container. */
  image?: string
  minShm?: number
  /** Longest run, in seconds. */
  timeLimit: number
  resources: Resources
  /** Offered to Zimfarm's clients as an offliner. */
  offliner: boolean
}
