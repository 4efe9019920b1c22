import { expect, test } from '@playwright/test'
import { FARM, token, until } from './farm'

const MIB = 1024 ** 2
for (const [reason, limits] of [
  ['oom', { memory: 20 * MIB, disk: 1024 * MIB }],
  ['disk_full', { memory: 1024 * MIB, disk: MIB / 4 }],
] as const) {
  test(`a task that takes more than it was given fails as ${reason}`, async () => {
    const headers = { authorization: `Bearer ${await token()}`, 'content-type': 'application/json' }
    const post = async (path: string, body: object): Promise<unknown> =>
      (await fetch(`${FARM}/api/farm${path}`, { method: 'POST', headers, body: JSON.stringify(body) })).json()
    const name = `limit-${reason}-${Date.now()}`
    const params = {
      source: 'builtin:nextjs',
      name: 'limited',
      title: 'Limited',
      description: 'Too big',
      language: 'eng',
      creator: 'us',
    }
    await post('/schedules', { name, taskType: 'zimwriterfs', resources: { cpu: 1, ...limits }, config: { params } })
    const { requested } = (await post('/tasks', { schedules: [name] })) as { requested: { id: string }[] }
    const task = await until(
      async () => (await (await fetch(`${FARM}/api/farm/tasks/${requested[0]?.id}`)).json()) as Record<string, unknown>,
      ({ status }) => ['succeeded', 'failed', 'canceled'].includes(String(status)),
    )
    expect(task).toMatchObject({ status: 'failed', reasonCode: reason, attempt: 1 })
  })
}
