import { expect, test } from '@playwright/test'
import * as agentApi from '../lib/contract/worker'
import { requestTasks } from '../lib/contract/task'
import { signIn } from './farm'
import { admin, faults, schedule } from './pipeline'

const run = Date.now().toString(36)
const LINES = 100_000
const GIB = 1024 ** 3

/** A task that this test itself holds as its agent, so that it can say what it likes. */
async function held() {
  const api = await admin()
  const worker = { name: `e2e-${run}` }
  const resources = { cpu: 1, memory: 2 * GIB, disk: 2 * GIB }
  const context = `e2e-${run}`
  await api.call(agentApi.registerWorker, { params: worker, body: { resources, taskTypes: ['zimwriterfs'] } })
  await api.call(agentApi.configureWorker, { params: worker, body: { contexts: { [context]: null } } })
  await schedule(api, `log-${run}`, { context })
  await api.call(requestTasks, { body: { schedules: [`log-${run}`] } })
  const { lease } = await api.call(agentApi.takeTask, { params: worker, body: { available: resources, wait: 5 } })
  if (lease === null) throw new Error('nothing was taken')
  const one = { taskId: lease.task.id, fence: lease.fence }
  // As an agent does, until it has told of the end.
  const renewing = setInterval(() => {
    api.call(agentApi.renewLeases, { params: worker, body: { held: [one] } }).catch(() => undefined)
  }, 2_000)
  return { api, id: one.taskId, fence: one.fence, letGo: () => clearInterval(renewing) }
}

test('a task shows 100,000 lines smoothly, finds in them, links to one, and explains its end', async ({
  page,
}, info) => {
  test.setTimeout(240_000)
  const { api, id, fence, letGo } = await held()
  const params = { id }
  await api.call(agentApi.reportStart, { params, body: { fence } })
  const at = new Date().toISOString()
  for (let chunk = 1; chunk <= LINES / 2000; chunk++) {
    const lines = Array.from({ length: 2000 }, (_, index) => {
      const n = (chunk - 1) * 2000 + index + 1
      const text = n === 77_777 ? 'here is the \u001b[31mneedle\u001b[0m' : `line ${n} of the log`
      return { stream: 'stdout' as const, at, text }
    })
    await api.call(agentApi.appendLog, { params, body: { fence, chunk, lines } })
  }
  await api.call(agentApi.reportProgress, {
    params,
    body: {
      fence,
      stage: 'running',
      progress: { done: 1, total: 4, overall: 25, message: 'a quarter' },
      stats: { memory: { usage: 700_000_000, max_usage: 800_000_000 }, disk: { used: 5_000_000 }, cpu: { seconds: 3 } },
    },
  })
  await signIn(page)
  await page.goto(`/tasks/${id}`)
  const log = page.getByRole('region', { name: 'Log', exact: true })
  await expect(log.getByRole('heading')).toContainText('100,000 lines')
  await expect(log.getByText('line 100000 of the log')).toBeVisible()
  await expect(page.getByRole('region', { name: 'Use of resources' }).getByRole('img').first()).toBeVisible()

  await log.getByRole('searchbox', { name: 'Search the log' }).fill('needle')
  await log.getByRole('searchbox', { name: 'Search the log' }).press('Enter')
  await expect(log.getByText('1 of 1')).toBeVisible()
  await expect(log.getByText('needle')).toBeVisible()
  await page.goto(`/tasks/${id}#L120`)
  await page.reload()
  await expect(log.getByText('line 120 of the log')).toBeVisible()
  // Few of the lines are on the page at any time.
  expect(await log.locator('[data-line]').count()).toBeLessThan(200)

  const outcome = { fence, outcome: 'failed' as const, reasonCode: 'oom' as const, reasonText: 'killed', exitCode: 137 }
  await api.call(agentApi.reportOutcome, { params, body: outcome })
  letGo()
  await expect(page.getByText(/It failed: out of memory/)).toBeVisible()
  await expect(page.getByText(/killed \(SIGKILL\)/)).toBeVisible()
  await page.getByText('Write a note').click()
  await page.getByRole('textbox', { name: 'Text' }).fill('It needs **more** <img src=x onerror=alert(1)> memory')
  await page.getByRole('textbox', { name: 'Addresses of tickets' }).fill('https://example.org/issues/1')
  await page.getByRole('button', { name: 'Save the note' }).click()
  const notes = page.getByRole('region', { name: 'Notes' })
  await expect(notes.locator('strong')).toHaveText('more')
  await expect(notes.locator('img')).toHaveCount(0)
  await expect(notes.getByRole('link', { name: 'example.org/issues/1' })).toBeVisible()
  expect(await faults(page, info, 'task', true)).toEqual([])
})
