import type { TaskTypeDefinition } from '../task-type'

const GIB = 1024 ** 3

/** Packs HTML into a ZIM file; our own agent runs it as a process. */
export const zimwriterfs: TaskTypeDefinition = {
  id: 'zimwriterfs',
  title: 'HTML to ZIM',
  description: 'Packs a folder or an archive of HTML into a ZIM file and checks it.',
  executor: 'process',
  executable: 'zimwriterfs',
  mountPoint: '/output',
  image: 'openzim/zimwriterfs',
  offliner: true,
  timeLimit: 6 * 60 * 60,
  resources: { cpu: 1, memory: GIB, disk: 5 * GIB },
  fields: [
    {
      key: 'source',
      type: 'file',
      label: 'Source',
      description:
        'The address of a .zip or .tar.gz archive (http or https), `file:<id>` for a file that was uploaded to the farm, or `builtin:<name>` for a source that comes with the agent.',
      required: true,
      pattern: {
        source: String.raw`^(?:https?://\S+|file:[0-9a-fA-F-]{36}|builtin:[a-z0-9-]+)$`,
        message: 'must be an http or https address, file:<id>, or builtin:<name>',
      },
    },
    {
      key: 'name',
      type: 'text',
      label: 'Name',
      description: 'Identifies the book, e.g. docs_en_all.',
      required: true,
      pattern: {
        source: String.raw`^(?:[A-Za-z0-9][A-Za-z0-9._-]{0,99})$`,
        message: 'must have letters, digits, dots, hyphens and underscores only',
      },
    },
    {
      key: 'title',
      type: 'text',
      label: 'Title',
      description: 'At most 30 characters.',
      required: true,
      maxLength: 30,
    },
    {
      key: 'description',
      type: 'text',
      label: 'Description',
      description: 'At most 80 characters.',
      required: true,
      maxLength: 80,
    },
    {
      key: 'long-description',
      type: 'long-text',
      label: 'Long description',
      description: 'At most 4000 characters; left out where the worker has an old zimwriterfs.',
      maxLength: 4000,
    },
    {
      key: 'language',
      type: 'text',
      label: 'Language',
      description: 'ISO 639-3 code, e.g. eng; several with commas.',
      required: true,
      pattern: { source: '^[a-z]{3}(,[a-z]{3})*$', message: 'must be ISO 639-3 codes of three letters, e.g. eng' },
    },
    { key: 'creator', type: 'text', label: 'Creator', description: 'Who made the content.', required: true },
    {
      key: 'publisher',
      type: 'text',
      label: 'Publisher',
      description: 'Who makes the ZIM file.',
      isPublisher: true,
      default: 'Croft',
    },
    {
      key: 'welcome',
      type: 'text',
      label: 'Welcome page',
      description: 'Path of the first page within the source.',
      default: 'index.html',
    },
    {
      key: 'illustration',
      type: 'text',
      label: 'Illustration',
      description:
        'Path of a PNG within the source, or its address; it is scaled to 48 × 48 pixels. A plain one is made when there is none.',
    },
    { key: 'tags', type: 'text', label: 'Tags', description: 'With semicolons between them.' },
    { key: 'flavour', type: 'text', label: 'Flavour', description: 'E.g. nopic.' },
    {
      key: 'source-url',
      type: 'url',
      anyHost: true,
      label: 'Address of the original',
      description: 'Where the content comes from, as the book tells it; without it, the address of the archive.',
    },
    {
      key: 'zim-file',
      type: 'text',
      label: 'File name',
      description: '{period} becomes the month, as in docs_en_all_{period}.zim.',
      pattern: {
        source: String.raw`^(?:[A-Za-z0-9][A-Za-z0-9._{}-]{0,120}\.zim)$`,
        message: 'must end in .zim and have letters, digits, dots, hyphens and underscores only',
      },
    },
    {
      key: 'strict',
      type: 'boolean',
      label: 'Strict check',
      description:
        'Fail also when the check finds faults in the content, such as dead links. A file that is itself faulty always fails.',
    },
  ],
}
