import { afterAll, beforeAll, expect, it } from 'vitest'
import { testFarm, type TestFarm } from '#lib/testing/farm'
import { reportOutcome } from './report'
import { requestTasks } from './request'
import { claimTask } from './take'

let farm: TestFarm
beforeAll(async () => {
  farm = await testFarm()
})
afterAll(() => farm.close())

it(
  'gives a task to exactly one of 20 workers that take it 100 times at once, 1,000 times in a row',
  { timeout: 600_000 },
  async () => {
    const agent = await farm.account('agent', 'worker')
    const workers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => farm.worker(agent.actor.accountId, { name: `racer-${index}` })),
    )
    await farm.schedule({ name: 'race' })
    for (let round = 0; round < 1_000; round++) {
      const { requested } = await requestTasks(farm.system, { schedules: ['race'] })
      const taskId = requested[0]?.id ?? ''
      const takes = await Promise.all(
        Array.from({ length: 100 }, (_, index) => {
          const worker = workers[index % 20]
          if (worker === undefined) throw new Error('no worker')
          return claimTask(farm.system, worker, taskId)
        }),
      )
      const winners = takes.filter((lease) => lease !== null)
      expect([round, winners.length]).toEqual([round, 1])
      const outcome = { outcome: 'failed', reasonCode: 'unknown', reasonText: '', exitCode: 1 } as const
      await reportOutcome(agent, { taskId, fence: winners[0]?.fence ?? 0, ...outcome })
    }
  },
)
