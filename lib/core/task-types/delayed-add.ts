import type { TaskTypeDefinition } from '../task-type'

/** The 2017 demo: waits five seconds, then adds (zimfarm.md §15). */
export const delayedAdd: TaskTypeDefinition = {
  id: 'delayed_add',
  title: 'Delayed addition',
  description: 'Waits five seconds, then adds two numbers.',
  executor: 'in_process',
  executable: 'delayed_add',
  mountPoint: '/output',
  offliner: false,
  timeLimit: 60,
  resources: { cpu: 0, memory: 0, disk: 0 },
  fields: [
    { key: 'x', type: 'float', label: 'x', description: 'The first number.', required: true },
    { key: 'y', type: 'float', label: 'y', description: 'The second number.', required: true },
  ],
}
