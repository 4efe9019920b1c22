import type { TaskTypeDefinition } from '../../task-type'

/** zimfarm.md §11.1 and §12. */
export const devdocs: TaskTypeDefinition = {
  id: 'devdocs',
  title: 'DevDocs',
  description: 'Makes a ZIM file of DevDocs documentation.',
  executor: 'container',
  executable: 'devdocs2zim',
  mountPoint: '/output',
  image: 'openzim/devdocs',
  outputParam: 'output',
  offliner: true,
  timeLimit: 31 * 24 * 60 * 60,
  resources: { cpu: 3, memory: 2 * 1024 ** 3, disk: 20 * 1024 ** 3 },
  fields: [
    { key: 'slug', type: 'text', label: 'Slug', description: '' },
    { key: 'all', type: 'boolean', label: 'All', description: '' },
    { key: 'skip-slug-regex', type: 'text', label: 'Skip slug regex', description: '' },
    { key: 'file-name-format', type: 'text', label: 'File name format', description: '' },
    { key: 'name-format', type: 'text', label: 'Name format', description: '' },
    { key: 'title-format', type: 'text', label: 'Title format', description: '', maxLength: 30 },
    { key: 'description-format', type: 'text', label: 'Description format', description: '', maxLength: 80 },
    {
      key: 'long-description-format',
      type: 'text',
      label: 'Long description format',
      description: '',
      maxLength: 4000,
    },
    { key: 'logo-format', type: 'text', label: 'Logo format', description: '' },
    { key: 'tags', type: 'text', label: 'Tags', description: '' },
    { key: 'creator', type: 'text', label: 'Creator', description: '' },
    { key: 'publisher', type: 'text', label: 'Publisher', description: '', isPublisher: true },
    { key: 'output', type: 'text', label: 'Output', description: '', choices: ['/output'] },
    { key: 'debug', type: 'boolean', label: 'Debug', description: '' },
  ],
}
