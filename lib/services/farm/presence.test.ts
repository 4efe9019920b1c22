import { afterAll, beforeAll, expect, it } from 'vitest'
import { testFarm, type TestFarm } from '#lib/testing/farm'
import { expireLeases } from '../tasks/expire-leases'
import { getTask } from '../tasks/get'
import { reportStart } from '../tasks/report'
import { requestTasks } from '../tasks/request'
import { claimTask } from '../tasks/take'
import { renewLeases } from '../tasks/renew'
import { webArrives } from './presence'

let farm: TestFarm
const start = new Date('2026-03-01T00:00:00Z')
const after = (seconds: number) => farm.at(new Date(start.getTime() + seconds * 1000))
beforeAll(async () => {
  farm = await testFarm()
})
afterAll(() => farm.close())

it('spares agents while there is no web process, gives them a new lease when one comes, and loses them then as ever', async () => {
  const agent = await farm.account('agent', 'worker')
  const worker = await farm.worker(agent.actor.accountId)
  await farm.schedule()
  after(0)
  await webArrives(farm.system)
  const { requested } = await requestTasks(farm.system, { schedules: ['handbook'] })
  const lease = await claimTask(farm.system, worker, requested[0]?.id ?? '')
  if (lease === null) throw new Error('not taken')
  await reportStart(agent, lease)

  after(60)
  expect(await expireLeases(farm.system)).toBe(0)
  await webArrives(farm.system)
  after(65)
  await webArrives(farm.system)
  const [renewed] = await renewLeases(agent, { workerId: worker.id, held: [lease] })
  expect(renewed?.order).toBe('continue')

  after(70)
  await webArrives(farm.system)
  after(75.5)
  await webArrives(farm.system)
  expect(await expireLeases(farm.system)).toBe(1)
  expect(await getTask(farm.system, lease.taskId)).toMatchObject({ status: 'requested', attempt: 1 })
  farm.at(null)
})

it('does not give new leases while another web process is there', async () => {
  const agent = await farm.account('other', 'worker')
  const worker = await farm.worker(agent.actor.accountId, { name: 'worker-2' })
  await farm.schedule({ name: 'second' })
  after(100)
  await webArrives(farm.system)
  const { requested } = await requestTasks(farm.system, { schedules: ['second'] })
  const lease = await claimTask(farm.system, worker, requested[0]?.id ?? '')
  after(105)
  await webArrives(farm.system)
  after(110)
  await webArrives(farm.system)
  const task = await farm.system.db.task.findUniqueOrThrow({ where: { id: lease?.taskId } })
  expect(task.leaseExpiresAt).toEqual(lease?.leaseExpiresAt)
  expect(await expireLeases(farm.system)).toBe(1)
  farm.at(null)
})
