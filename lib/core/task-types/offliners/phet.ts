import type { TaskTypeDefinition } from '../../task-type'

/** zimfarm.md §11.1 and §12. */
export const phet: TaskTypeDefinition = {
  id: 'phet',
  title: 'PhET',
  description: 'Makes a ZIM file of the PhET simulations.',
  executor: 'container',
  executable: 'phet2zim',
  mountPoint: '/phet/dist',
  image: 'openzim/phet',
  offliner: true,
  timeLimit: 31 * 24 * 60 * 60,
  resources: { cpu: 3, memory: 2 * 1024 ** 3, disk: 20 * 1024 ** 3 },
  fields: [
    {
      key: 'includeLanguages',
      type: 'text',
      label: 'Include languages',
      description: 'Only these languages, with commas between them.',
    },
    {
      key: 'excludeLanguages',
      type: 'text',
      label: 'Exclude languages',
      description: 'All languages but these, with commas between them.',
    },
    {
      key: 'withoutLanguageVariants',
      type: 'boolean',
      label: 'Without language variants',
      description: 'Leave out variants of languages, e.g. those of one country.',
    },
    { key: 'createMul', type: 'boolean', label: 'Create mul', description: 'Also make one file with all languages.' },
    { key: 'mulOnly', type: 'boolean', label: 'Mul only', description: 'Make only the file with all languages.' },
  ],
}
