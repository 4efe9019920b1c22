import { afterAll, beforeAll, expect, it } from 'vitest'
import { testFarm, type TestFarm } from '#lib/testing/farm'
import { reportOutcome, reportStart } from '../tasks/report'
import { requestTasks } from '../tasks/request'
import { awaitTask } from './await-task'

const GIB = 1024 ** 3
const HAS = { cpu: 1, memory: 2 * GIB, disk: 10 * GIB }
let farm: TestFarm
let agent: Awaited<ReturnType<TestFarm['account']>>
beforeAll(async () => {
  farm = await testFarm()
  agent = await farm.account('agent', 'worker')
  await farm.worker(agent.actor.accountId, { resources: HAS })
})
afterAll(() => farm.close())

const ask = (available: typeof HAS, waitSeconds = 20) =>
  awaitTask(agent, { worker: 'worker-1', available, waitSeconds, signal: new AbortController().signal })

it('gives a full agent the next task as soon as the one it has ends, and not before', async () => {
  for (const name of ['first', 'second']) await farm.schedule({ name })
  await requestTasks(farm.system, { schedules: ['first', 'second'] })
  const first = await ask(HAS)
  if (first === null) throw new Error('nothing was taken')
  const lease = { taskId: first.task.id, fence: first.fence }
  await reportStart(agent, lease)
  const full = { cpu: 0, memory: GIB, disk: 9 * GIB }
  expect(await ask(full, 0)).toBeNull()

  let ended = false
  const next = ask(full).then((taken) => ({ taken, ended }))
  await ask(full, 1)
  ended = true
  await reportOutcome(agent, { ...lease, outcome: 'succeeded', exitCode: 0 })
  const { taken, ended: after } = await next
  expect([taken?.task.originalScheduleName, after]).toEqual(['second', true])
  if (taken !== null)
    await reportOutcome(agent, { taskId: taken.task.id, fence: taken.fence, outcome: 'interrupted', reasonText: 'x' })
})

it('leaves alone what the machine uses for something else', async () => {
  expect(await ask({ ...HAS, cpu: 0 }, 1)).toBeNull()
  expect(await ask(HAS, 1)).not.toBeNull()
})
