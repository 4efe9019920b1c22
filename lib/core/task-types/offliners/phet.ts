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
      description: '',
    },
    {
      key: 'excludeLanguages',
      type: 'text',
      label: 'Exclude languages',
      description: '',
    },
    { key: 'withoutLanguageVariants', type: 'boolean', label: 'Without language variants', description: '' },
    { key: 'createMul', type: 'boolean', label: 'Create mul', description: '' },
    { key: 'mulOnly', type: 'boolean', label: 'Mul only', description: '' },
  ],
}
