import { expect, test, type Browser, type Page } from '@playwright/test'
import { FARM, signIn, token, until } from './farm'

const NAME = `ann-${Date.now().toString(36)}`
const PASSWORD = 'the password of ann'

async function signInAs(browser: Browser, username: string, password: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage()
  await page.goto(`${FARM}/sign-in`)
  await page.getByLabel('Name').fill(username)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  return page
}
const statusOf = async (bearer: string, path = '/session') =>
  (await fetch(`${FARM}/api/farm${path}`, { headers: { authorization: `Bearer ${bearer}` } })).status

test('an administrator makes an account, limits and disables it, and the log tells who did it', async ({
  page,
  browser,
}) => {
  await signIn(page)
  await page.goto('/admin')
  await page.getByRole('main').getByRole('link', { name: 'Accounts' }).first().click()
  await page.getByRole('button', { name: 'New account' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('User name').fill(NAME)
  await dialog.getByLabel('Password').fill(PASSWORD)
  await dialog.getByLabel('Role').selectOption('viewer')
  await dialog.getByRole('button', { name: 'Create' }).click()
  await expect(dialog).toHaveCount(0)
  await page.getByLabel('Find an account').fill(NAME)
  await page.getByRole('link', { name: NAME }).click()

  // A viewer: nothing of it is offered, and all of it is refused.
  const other = await signInAs(browser, NAME, PASSWORD)
  await expect(other).not.toHaveURL(/sign-in/)
  await other.goto(`${FARM}/admin`)
  await expect(other.getByRole('link', { name: 'Periodic jobs' }).first()).toBeVisible()
  await expect(other.getByRole('link', { name: 'Accounts' })).toHaveCount(0)
  await other.goto(`${FARM}/admin/log`)
  await expect(other.getByText('Your account may not see this')).toBeVisible()
  expect((await other.request.get(`${FARM}/api/farm/events`)).status()).toBe(403)
  await other.goto(`${FARM}/workers`)
  await expect(other.getByRole('heading', { level: 1 })).toBeVisible()
  await expect(other.getByRole('button', { name: 'Enrol a worker' })).toHaveCount(0)

  // Permissions of its own: one is given, and is there at once.
  await page.getByRole('main').getByLabel('Role').selectOption('custom')
  await page.getByRole('group', { name: 'Accounts' }).getByLabel('read').check()
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByText('Saved.')).toBeVisible()
  expect((await other.request.get(`${FARM}/api/farm/events`)).status()).toBe(200)

  // A token with less than that, shown once.
  await page.getByRole('button', { name: 'New token' }).click()
  const making = page.getByRole('dialog')
  await making.getByLabel('What it is for').fill('a script')
  await making.getByLabel('Allow less than the account may').check()
  await making.getByRole('button', { name: 'Make the token' }).click()
  const secret = (await making.getByTestId('token').textContent()) ?? ''
  await making.getByRole('button', { name: 'Done' }).click()
  expect([await statusOf(secret), await statusOf(secret, '/events')]).toEqual([200, 403])
  await expect(page.getByText(secret)).toHaveCount(0)
  await page.getByRole('button', { name: 'End the token a script' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'End', exact: true }).click()
  await expect(page.getByText('a script')).toHaveCount(0)
  expect(await statusOf(secret)).toBe(401)

  // Its session is ended; then it is disabled, and cannot come back in.
  await page.getByRole('button', { name: 'End all', exact: true }).click()
  await expect(page.getByText('1 session ended.')).toBeVisible()
  expect((await other.request.get(`${FARM}/api/farm/session`)).status()).toBe(401)
  await page.getByRole('button', { name: 'Disable' }).click()
  await page.getByRole('dialog').getByLabel('Why').fill('left us')
  await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click()
  await expect(page.getByText(/Disabled since .*: left us/)).toBeVisible()
  const refused = await signInAs(browser, NAME, PASSWORD)
  await expect(refused.getByText('this account is disabled')).toBeVisible()

  // The log tells of it, by filter.
  await page.goto(`/admin/log?actor=admin&kind=account.disabled`)
  const row = page.getByRole('row').filter({ hasText: NAME })
  await expect(row).toContainText('left us')
  await page.goto('/admin/log?kind=account')
  await expect(page.getByRole('row').filter({ hasText: 'account.created' }).first()).toBeVisible()

  // And it goes for good.
  await page.goto(`/admin/accounts/${NAME}`)
  await page.getByRole('button', { name: 'Delete' }).click()
  const sure = page.getByRole('dialog')
  await expect(sure.getByRole('button', { name: 'Delete' })).toBeDisabled()
  await sure.getByLabel('Name of the account').fill(NAME)
  await sure.getByRole('button', { name: 'Delete' }).click()
  await expect(page).toHaveURL(/\/admin\/accounts$/)
})

test('pauses, limits and lists are set and taken back; the jobs tell what they did', async ({ page }) => {
  await signIn(page)
  await page.goto('/admin/held')
  await page.getByRole('button', { name: 'Pause …' }).click()
  const pause = page.getByRole('dialog')
  await pause.getByLabel('What').selectOption('host')
  await pause.getByLabel('Its name').fill('paused.example.org')
  await pause.getByLabel('Why').fill('asked us to stop')
  await pause.getByRole('button', { name: 'Pause' }).click()
  await expect(page.getByText('Web site paused.example.org is paused')).toBeVisible()
  await page.goto('/workers')
  await page.getByRole('button', { name: 'End the pause of paused.example.org' }).click()
  await expect(page.getByText('Web site paused.example.org is paused')).toHaveCount(0)

  await page.goto('/admin/limits')
  await page.getByLabel('Kind').selectOption('host')
  await page.getByLabel('Name').fill('limited.example.org')
  await page.getByLabel('On the farm').fill('2')
  await page.getByRole('button', { name: 'Set', exact: true }).click()
  await expect(page.getByRole('row').filter({ hasText: 'limited.example.org' })).toContainText('admin')
  await page.getByRole('button', { name: 'Lift the limit of limited.example.org' }).click()
  await expect(page.getByRole('row').filter({ hasText: 'limited.example.org' })).toHaveCount(0)

  await page.goto('/admin/lists?kind=tag')
  await page.getByLabel('Value').fill('news-e2e')
  await page.getByRole('button', { name: 'Add' }).click()
  await page.getByRole('button', { name: 'Remove news-e2e' }).click()
  await expect(page.getByRole('button', { name: 'Remove news-e2e' })).toHaveCount(0)
  await page.getByRole('button', { name: 'Warehouse paths' }).click()
  await page.getByLabel('Value').fill('/no/../way')
  await page.getByRole('button', { name: 'Add' }).click()
  await expect(page.getByRole('alert').filter({ hasText: 'must be a path such as /videos' })).toBeVisible()

  await page.goto('/admin/jobs')
  await expect(page.getByRole('row').filter({ hasText: 'figures' }).first()).toBeVisible()
})

test('an open breaker is shown, and let go on', async ({ page }) => {
  const auth = { authorization: `Bearer ${await token()}`, 'content-type': 'application/json' }
  const image = `nobody/has-this:${Date.now()}`
  const name = `broken-${Date.now().toString(36)}`
  const post = (path: string, body: unknown, method = 'POST') =>
    fetch(`${FARM}/api/farm${path}`, { method, headers: auth, body: JSON.stringify(body) })
  // A worker of the test's own that fails what it is given, until the breaker of its image opens.
  const gib = 1024 ** 3
  await post(
    `/workers/${name}`,
    { resources: { cpu: 4, memory: 8 * gib, disk: 8 * gib }, taskTypes: ['zimit'], selfish: true },
    'PUT',
  )
  for (let index = 0; index < 6; index++) {
    const made = await post('/schedules', {
      name: `${name}-${index}`,
      taskType: 'zimit',
      category: 'other',
      language: { code: 'eng', nameEn: 'English', nameNative: 'English' },
      tags: [],
      periodicity: 'manually',
      enabled: true,
      resources: { cpu: 1, memory: gib, disk: gib },
      config: {
        params: { seeds: `https://site-${index}.example.org/`, name: `site_${index}` },
        image: { name: image.split(':')[0], tag: image.split(':')[1] },
        warehousePath: '/zimit',
        monitor: false,
      },
    })
    expect(made.status, await made.text()).toBe(201)
    await post('/tasks', { schedules: [`${name}-${index}`], worker: name })
  }
  for (;;) {
    const taken = await post(`/workers/${name}/leases`, { available: { cpu: 4, memory: 8 * gib, disk: 8 * gib } })
    const { lease } = (await taken.json()) as { lease: { fence: number; task: { id: string } } | null }
    if (lease === null) break
    const { fence } = lease
    await post(`/tasks/${lease.task.id}/start`, { fence })
    await post(`/tasks/${lease.task.id}/outcome`, {
      fence,
      outcome: 'failed',
      reasonCode: 'image_missing',
      reasonText: 'no such tag',
    })
  }
  await until(
    async () => ((await (await fetch(`${FARM}/api/farm/breakers`)).json()) as { items: { subject: string }[] }).items,
    (items) => items.some((one) => one.subject === name || one.subject === image),
  )
  await signIn(page)
  await page.goto('/workers')
  const held = page.getByRole('region', { name: 'Held back' })
  await expect(held.getByText(/gets no tasks: \d+ failed in a row/).first()).toBeVisible()
  for (const subject of [name, image, 'zimit']) {
    const go = held.getByRole('button', { name: `Let ${subject} go on` })
    if ((await go.count()) === 0) continue
    await go.click()
    await expect(go).toHaveCount(0)
  }
  await post(`/workers/${name}`, { disabled: { reason: 'the test is over' } }, 'PATCH')
})

test('everybody has a page of their own', async ({ page, browser }) => {
  const auth = { authorization: `Bearer ${await token()}`, 'content-type': 'application/json' }
  const own = `bob-${Date.now().toString(36)}`
  await fetch(`${FARM}/api/farm/accounts`, {
    method: 'POST',
    headers: auth,
    body: JSON.stringify({ username: own, password: PASSWORD, role: 'viewer' }),
  })
  await page.goto('/account')
  await expect(page.getByText('Sign in to see your account.')).toBeVisible()
  const bob = await signInAs(browser, own, PASSWORD)
  await expect(bob).not.toHaveURL(/sign-in/)
  await bob.goto(`${FARM}/account`)
  await bob.getByLabel('Address for notices').fill('bob@example.org')
  await bob.getByLabel('Theme', { exact: true }).selectOption('dark')
  await bob.getByLabel('Language', { exact: true }).selectOption('fr')
  await bob.getByRole('button', { name: 'Save' }).click()
  await expect(bob.getByRole('heading', { level: 1, name: 'Mon compte' })).toBeVisible()
  await expect(bob.locator('html')).toHaveAttribute('data-theme', 'dark')
  await bob.getByLabel('Mot de passe actuel').fill('wrong')
  await bob.getByLabel('Nouveau mot de passe').fill('another password')
  await bob.getByRole('button', { name: 'Changer le mot de passe' }).click()
  await expect(bob.getByRole('alert').filter({ hasText: 'the current password is wrong' })).toBeVisible()
  await bob.getByLabel('Mot de passe actuel').fill(PASSWORD)
  await bob.getByRole('button', { name: 'Changer le mot de passe' }).click()
  await expect(bob.getByText('Le mot de passe est changé.')).toBeVisible()
  await fetch(`${FARM}/api/farm/accounts/${own}`, { method: 'DELETE', headers: auth })
})
