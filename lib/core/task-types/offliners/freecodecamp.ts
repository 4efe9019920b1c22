import type { TaskTypeDefinition } from '../../task-type'
import { ZIM_FILE } from '../zim-file'

/** zimfarm.md §11.1 and §12. */
export const freecodecamp: TaskTypeDefinition = {
  id: 'freecodecamp',
  title: 'freeCodeCamp',
  description: 'Makes a ZIM file of a freeCodeCamp course.',
  executor: 'container',
  executable: 'fcc2zim',
  mountPoint: '/output',
  image: 'openzim/freecodecamp',
  outputParam: 'output',
  offliner: true,
  timeLimit: 31 * 24 * 60 * 60,
  resources: { cpu: 3, memory: 2 * 1024 ** 3, disk: 20 * 1024 ** 3 },
  fields: [
    { key: 'course', type: 'text', label: 'Course', description: '', required: true },
    {
      key: 'language',
      type: 'enum',
      label: 'Language',
      description: '',
      required: true,
      choices: ['eng', 'spa', 'deu', 'ita', 'jpn', 'por', 'ukr', 'swa'],
    },
    { key: 'name', type: 'text', label: 'Name', description: '', required: true },
    { key: 'title', type: 'text', label: 'Title', description: '', required: true, maxLength: 30 },
    { key: 'description', type: 'text', label: 'Description', description: '', required: true, maxLength: 80 },
    { key: 'long-description', type: 'long-text', label: 'Long description', description: '', maxLength: 4000 },
    { key: 'creator', type: 'text', label: 'Creator', description: '' },
    { key: 'publisher', type: 'text', label: 'Publisher', description: '', isPublisher: true },
    { key: 'debug', type: 'boolean', label: 'Debug', description: '' },
    { key: 'output', type: 'text', label: 'Output', description: '', choices: ['/output'] },
    { key: 'zim-file', type: 'text', label: 'Zim file', description: '', ...ZIM_FILE },
    { key: 'illustration', type: 'url', label: 'Illustration', description: '' },
  ],
}
