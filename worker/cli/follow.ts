import { setTimeout as wait } from 'node:timers/promises'
import { Unreachable, type Client } from '#lib/client/client'
import { getTask, taskLog } from '#lib/contract/task'
import { EXIT } from './problem'
import { dim, out, status } from './print'

/** Prints a task's log as it grows, until the task is over; gives the exit code that its end deserves. */
export async function follow(client: Client, id: string, asJson: boolean): Promise<number> {
  let after = 0
  for (;;) {
    try {
      const { lines, ended } = await client.call(taskLog, { params: { id }, query: { after, limit: 1000 } })
      for (const line of lines) {
        out(asJson ? JSON.stringify(line) : line.stream === 'agent' ? dim(line.text) : line.text)
        after = line.n
      }
      if (ended && lines.length < 1000) break
      if (lines.length === 0) await wait(500)
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error
      await wait(2_000)
    }
  }
  const task = await client.call(getTask, { params: { id } })
  if (asJson) out(JSON.stringify({ id, status: task.status, reasonCode: task.reasonCode, files: task.files }))
  else {
    out(`${status(task.status)}${task.reasonText ? `: ${task.reasonText}` : ''}`)
    for (const file of task.files) out(`${file.name}  ${file.size} bytes  /api/farm/files/${file.id}`)
  }
  return task.status === 'succeeded' ? EXIT.done : task.status === 'canceled' ? EXIT.canceled : EXIT.refused
}
