import type { Call } from './measure'

const GIB = 1024 ** 3
export const ROOM = { cpu: 8, memory: 32 * GIB, disk: 1024 * GIB }
export const pollPath = (worker: string) =>
  `/v1/requested-tasks/worker?worker=${worker}&avail_cpu=${ROOM.cpu}&avail_memory=${ROOM.memory}&avail_disk=${ROOM.disk}`

export type Tally = { lived: number; takes: number; refused: number; empty: number; errors: string[] }
export const tally = (): Tally => ({ lived: 0, takes: 0, refused: 0, empty: 0, errors: [] })

/**
 * One task from the poll to its end, as a Zimfarm worker lives it (zimfarm.md §13.3): 11 requests. False when there was none,
 * or when somebody else was quicker.
 */
export async function liveOne(call: Call, worker: string, tally: Tally): Promise<boolean> {
  const ask = async (expected: number, method: string, path: string, body?: unknown) => {
    const answer = await call(method, path, body)
    if (answer.status !== expected)
      tally.errors.push(`${method} ${path}: ${answer.status} ${answer.body.slice(0, 200)}`)
    return answer
  }
  const polled = JSON.parse((await ask(200, 'GET', pollPath(worker))).body) as { items?: { _id: string }[] }
  const id = polled.items?.[0]?._id
  if (id === undefined) {
    tally.empty++
    return false
  }
  tally.takes++
  const taken = await call('POST', `/v1/tasks/${id}?worker_name=${worker}`)
  if (taken.status !== 201) {
    tally.refused++
    return false
  }
  await ask(200, 'GET', `/v1/tasks/${id}`)
  const tell = (event: string, payload: object = {}) => ask(204, 'PATCH', `/v1/tasks/${id}`, { event, payload })
  const progress = { done: 10, total: 10, overall: 100 }
  await tell('started')
  await tell('scraper_started', { image: 'openzim/zimit:latest', command: ['zimit', '--name=x'], log: `${id}.log` })
  await tell('scraper_running', {
    stdout: 'line\n'.repeat(50),
    stderr: '',
    stats: { memory: { max_usage: GIB } },
    progress,
  })
  await tell('scraper_completed', { exit_code: 0, stdout: 'done', stderr: '' })
  await tell('created_file', { file: { name: `${id}.zim`, size: 1_000_000 } })
  await tell('uploaded_file', { filename: `${id}.zim` })
  await tell('update', { log: `${id}.log` })
  await tell('succeeded', { log: 'all is well' })
  tally.lived++
  return true
}
