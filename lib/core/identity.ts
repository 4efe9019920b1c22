import type { Params } from './schedule'
import type { TaskTypeDefinition } from './task-type'

/** What is one book's own, by the names that task types give it; the entries of a ZIM's metadata say it for others. */
const OWN_KEYS = [
  'name',
  'zim-name',
  'zimName',
  'customZimFilename',
  'zim-file',
  'zim_file',
  'filenamePrefix',
  'file-name',
]
const OWN_METADATA = ['Name']

/** The parameters that make a schedule's product this one and no other: a clone must choose its own. */
export function identityKeys(definition: TaskTypeDefinition): string[] {
  const told = (definition.zimMetadata ?? []).flatMap(({ metadata, key }) =>
    OWN_METADATA.includes(metadata) ? [key] : [],
  )
  return definition.fields.map(({ key }) => key).filter((key) => told.includes(key) || OWN_KEYS.includes(key))
}

/** The parameters without those. */
export function withoutIdentity(definition: TaskTypeDefinition, params: Params): Params {
  const own = identityKeys(definition)
  return Object.fromEntries(Object.entries(params).filter(([key]) => !own.includes(key)))
}
