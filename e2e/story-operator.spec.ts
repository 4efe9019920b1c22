import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, type Page } from '@playwright/test'
import { FARM, token, until } from './farm'

const NAME = `story-${Date.now().toString(36)}`
const OPERATOR = { username: `operator-${NAME}`, password: 'an operator’s password' }
/** What an operator of workers may do: permissions of his own. */
const SCOPE = {
  workers: { read: true, update: true, create: true, ssh_keys: true },
  tasks: { read: true, cancel: true },
  requests: { read: true, create: true },
}

async function call(path: string, method = 'GET', body?: unknown): Promise<unknown> {
  const response = await fetch(`${FARM}/api/farm${path}`, {
    method,
    headers: { authorization: `Bearer ${await token()}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  expect(response.ok, `${method} ${path}: ${response.status}`).toBe(true)
  return response.status === 204 ? null : response.json()
}

async function signInAs(page: Page, { username, password }: { username: string; password: string }): Promise<void> {
  await page.goto('/sign-in')
  await page.getByLabel('Name').fill(username)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page).not.toHaveURL(/sign-in/)
}

let machine: ChildProcess | null = null
let folder = ''
test.beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'croft-machine-'))
  await call('/accounts', 'POST', { ...OPERATOR, role: 'viewer', scope: SCOPE })
  const mine = (await call('/schedules?limit=200')) as { items: { name: string }[] }
  expect(mine.items.length).toBeGreaterThan(0)
})
test.afterAll(async () => {
  // The command runs in a shell of its own process group, so that all of it is ended.
  if (machine?.pid !== undefined) {
    process.kill(-machine.pid, 'SIGTERM')
    await new Promise((resolve) => machine?.once('exit', resolve))
  }
  await call(`/workers/${NAME}`, 'PATCH', { disabled: { reason: 'the story is over' } })
  await call(`/accounts/${OPERATOR.username}`, 'DELETE')
  await rm(folder, { recursive: true, force: true })
})

test('an operator enrols a worker by one command, drains it, and reads why it failed', async ({ page }) => {
  await signInAs(page, OPERATOR)
  await page.goto('/workers')

  // Enrolment: the command is copied as it stands, and run as it stands, by a shell in an empty folder.
  await page.getByRole('button', { name: 'Enrol a worker' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name of the worker').fill(NAME)
  await dialog.getByRole('button', { name: 'Make the command' }).click()
  const command = (await dialog.getByTestId('command').textContent()) ?? ''
  expect(command).toContain(NAME)
  await expect(dialog.getByText(`Waiting for ${NAME} to call …`)).toBeVisible()
  const { PATH, HOME, LANG } = process.env
  machine = spawn('sh', ['-c', command], {
    cwd: folder,
    detached: true,
    stdio: 'ignore',
    env: {
      NODE_ENV: 'production',
      PATH,
      HOME,
      LANG,
      CROFT_AGENT_CPUS: '1',
      CROFT_AGENT_MEMORY: '2GiB',
      CROFT_AGENT_DISK: '2GiB',
    },
  })
  await expect(dialog.getByText(`${NAME} is here and takes tasks.`)).toBeVisible({ timeout: 30_000 })
  await dialog.getByRole('link', { name: `Open ${NAME}` }).click()
  await expect(page.getByRole('heading', { level: 1, name: NAME })).toBeVisible()
  await expect(page.getByText('idle', { exact: true })).toBeVisible()
  await expect(page.getByRole('region', { name: 'Tokens and keys' }).getByText('for this worker alone')).toBeVisible()

  // A task that cannot succeed: its source is a folder that the machine does not offer.
  const gib = 1024 ** 3
  await call('/schedules', 'POST', {
    name: NAME,
    taskType: 'zimwriterfs',
    category: 'other',
    language: { code: 'eng', nameEn: 'English', nameNative: 'English' },
    tags: [],
    periodicity: 'manually',
    enabled: true,
    resources: { cpu: 1, memory: gib / 2, disk: gib / 2 },
    config: {
      params: {
        source: 'builtin:nothing-here',
        name: 'story_en',
        title: 'Story',
        description: 'A story',
        language: 'eng',
        creator: 'Us',
      },
      warehousePath: '/other',
      monitor: false,
    },
  })
  const request = () => call('/tasks', 'POST', { schedules: [NAME], worker: NAME })
  const { requested } = (await request()) as { requested: { id: string }[] }
  const taskId = requested[0]?.id ?? ''
  const history = page.getByRole('region', { name: 'What it has run' }).first()
  const row = history.getByRole('row', { name: new RegExp(`${NAME} failed`) })
  await expect(row.first()).toBeVisible({ timeout: 45_000 })
  await history.getByRole('button', { name: 'Only failed' }).click()
  await expect(page).toHaveURL(/failed=true/)

  // Why it failed: at the worker, at the task, and among what fails on the whole farm.
  await expect(row.first()).toContainText('cannot be used')
  await page.goto('/dashboard')
  const group = page.getByRole('region', { name: 'What fails' }).getByRole('listitem').filter({ hasText: NAME })
  await expect(group.first()).toBeVisible({ timeout: 30_000 })
  await group.first().getByRole('link').first().click()
  await expect(page).toHaveURL(new RegExp(taskId))
  await expect(page.getByText('failed', { exact: true }).first()).toBeVisible()

  // Draining: it is empty, and what is asked for on it waits and says why.
  await page.goto(`/workers/${NAME}`)
  await page.getByRole('button', { name: 'Drain' }).click()
  const drain = page.getByRole('dialog')
  await drain.getByLabel('Why').fill('a new disk')
  await drain.getByRole('button', { name: 'Drain' }).click()
  await expect(page.getByTestId('why-held')).toContainText(`by ${OPERATOR.username}: a new disk`)
  await expect(page.getByTestId('why-held')).toContainText('It is empty')
  const again = (await request()) as { requested: { id: string }[] }
  const waiting = again.requested[0]?.id ?? ''
  const why = (await call(`/tasks/${waiting}/why`)) as { workers: { worker: string; reasons: { code: string }[] }[] }
  expect(why.workers.find((one) => one.worker === NAME)?.reasons.map((reason) => reason.code)).toContain('cordoned')

  // Quiet hours, all day: it still takes nothing once it may; without them it takes what waited.
  await page.getByRole('button', { name: 'Quiet hours' }).click()
  const quiet = page.getByRole('dialog')
  await quiet.getByLabel('Time zone').fill('UTC')
  await quiet.getByLabel('From').fill('00:00')
  await quiet.getByLabel('To').fill('00:00')
  await quiet.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('button', { name: 'Let it take tasks' }).click()
  await expect(page.getByText('quiet hours', { exact: true })).toBeVisible()
  const held = (await call(`/tasks/${waiting}/why`)) as typeof why
  expect(held.workers.find((one) => one.worker === NAME)?.reasons.map((reason) => reason.code)).toContain('quiet')
  await page.getByRole('button', { name: 'Quiet hours' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Have none' }).click()
  await until(
    async () => ((await call(`/tasks/${waiting}`)) as { status: string }).status,
    (status) => status === 'failed',
  )

  // What an operator may not do is not offered, and is refused.
  await expect(page.getByRole('link', { name: 'Accounts' })).toHaveCount(0)
  const refused = await page.request.get(`${FARM}/api/farm/accounts`)
  expect(refused.status()).toBe(403)
})
