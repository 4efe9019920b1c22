import { afterAll, beforeAll, expect, it } from 'vitest'
import { testFarm, type TestFarm } from '#lib/testing/farm'
import { getTask } from './get'
import { appendLog, readLog } from './log'
import { remoteReport } from './remote-report'
import { reportStart } from './report'
import { requestTasks } from './request'
import { claimTask } from './take'

let farm: TestFarm
beforeAll(async () => {
  farm = await testFarm()
})
afterAll(() => farm.close())

it('stores no secret value of a task: not in its log, not in what a worker tells of its output', async () => {
  const agent = await farm.account('agent', 'worker')
  const worker = await farm.worker(agent.actor.accountId, { taskTypes: ['youtube'] })
  const params = { 'api-key': 'KEY-1234', id: 'PL1', name: 'talks_en' }
  const config = { params, image: null, warehousePath: '/videos', monitor: false }
  await farm.schedule({ name: 'talks', taskType: 'youtube', config })
  const { requested } = await requestTasks(farm.system, { schedules: ['talks'] })
  const lease = await claimTask(farm.system, worker, requested[0]?.id ?? '')
  if (lease === null) throw new Error('not taken')
  await reportStart(agent, lease)
  const line = { stream: 'stdout' as const, at: new Date().toISOString(), text: 'GET https://a.org/?key=KEY-1234 PL1' }
  await appendLog(agent, { ...lease, chunk: 1, lines: [line] })
  const { lines } = await readLog(farm.system, { taskId: lease.taskId, after: 0, limit: 10 })
  expect(lines.map(({ text }) => text)).toEqual(['GET https://a.org/?key=-------- PL1'])

  await remoteReport(agent, lease.taskId, { kind: 'output', output: { stdout: 'with KEY-1234', stderr: 'KEY-1234!' } })
  await remoteReport(agent, lease.taskId, {
    kind: 'failed',
    reasonCode: 'agent_error',
    reasonText: 'bad KEY-1234',
    exception: 'bad KEY-1234',
    traceback: 'at KEY-1234',
  })
  const task = await getTask(farm.system, lease.taskId)
  expect(task.config.params['api-key']).toBe('KEY-1234')
  expect(JSON.stringify({ ...task, config: null })).not.toContain('KEY-1234')
  expect(task.report).toMatchObject({ stdout: 'with --------', stderr: '--------!', exception: 'bad --------' })
})
