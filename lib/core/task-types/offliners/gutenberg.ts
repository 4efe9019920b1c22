import type { TaskTypeDefinition } from '../../task-type'

/** zimfarm.md §11.1 and §12. */
export const gutenberg: TaskTypeDefinition = {
  id: 'gutenberg',
  title: 'Project Gutenberg',
  description: 'Makes a ZIM file of books of Project Gutenberg.',
  executor: 'container',
  executable: 'gutenberg2zim',
  mountPoint: '/output',
  image: 'openzim/gutenberg',
  mountPointFlag: 'one-language-one-zim',
  offliner: true,
  timeLimit: 31 * 24 * 60 * 60,
  resources: { cpu: 3, memory: 2 * 1024 ** 3, disk: 20 * 1024 ** 3 },
  fields: [
    { key: 'languages', type: 'text', label: 'Languages', description: '' },
    { key: 'formats', type: 'text', label: 'Formats', description: '' },
    { key: 'zim-title', type: 'text', label: 'Zim title', description: '', maxLength: 30 },
    { key: 'zim-desc', type: 'text', label: 'Zim desc', description: '', maxLength: 80 },
    { key: 'books', type: 'text', label: 'Books', description: '' },
    { key: 'concurrency', type: 'integer', label: 'Concurrency', description: '' },
    { key: 'dlc', type: 'integer', label: 'Dlc', description: '' },
    { key: 'one-language-one-zim', type: 'boolean', label: 'One language one zim', description: '' },
    { key: 'no-index', type: 'boolean', label: 'No index', description: '' },
    { key: 'title-search', type: 'boolean', label: 'Title search', description: '' },
    { key: 'bookshelves', type: 'boolean', label: 'Bookshelves', description: '' },
    { key: 'optimization-cache', type: 'url', label: 'Optimization cache', description: '', secret: true },
    { key: '--use-any-optimized-version', type: 'boolean', label: 'Use any optimized version', description: '' },
    { key: 'publisher', type: 'text', label: 'Publisher', description: '', isPublisher: true },
  ],
}
