import { expect, test, type Page } from '@playwright/test'
import { FARM, signIn, token } from './farm'

const NAME = `shared-${Date.now().toString(36)}`
const params = {
  source: 'builtin:handbook',
  name: 'x',
  title: 'First',
  description: 'x',
  language: 'eng',
  creator: 'x',
}

async function call(method: string, path: string, body?: unknown): Promise<Response> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${await token()}` }
  return fetch(`${FARM}/api/farm${path}`, {
    method,
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
  })
}
const field = (page: Page, key: string) => page.locator(`[data-field="config.params.${key}"]`).getByRole('textbox')
const opened = async (page: Page) => {
  await signIn(page)
  await page.goto(`/schedules/${NAME}/edit`)
  await expect(field(page, 'title')).toHaveValue('First')
}
async function save(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Review and save' }).click()
  await page.getByRole('button', { name: 'Save schedule' }).click()
}

test('two curators edit one schedule at the same time, and nobody’s work is lost', async ({ browser }) => {
  expect((await call('POST', '/schedules', { name: NAME, taskType: 'zimwriterfs', config: { params } })).status).toBe(
    201,
  )
  const [one, two] = [await (await browser.newContext()).newPage(), await (await browser.newContext()).newPage()]
  await opened(one)
  await opened(two)

  await field(one, 'title').fill('Title of one')
  await field(one, 'creator').fill('Creator of one')
  await field(two, 'title').fill('Title of two')
  await field(two, 'description').fill('Description of two')
  await save(one)
  await expect(one).toHaveURL(new RegExp(`/schedules/${NAME}$`))

  // The second one is told, or finds out by saving: either way both meet in one form.
  await expect(two.getByRole('alert').filter({ hasText: 'Version 2 of this schedule was saved' })).toBeVisible()
  await save(two)
  const merge = two.getByRole('alert').filter({ hasText: 'Somebody else saved this schedule' })
  await expect(merge).toContainText('Taken over from there: Creator')
  await expect(merge.getByRole('button', { name: 'Go on with this' })).toBeDisabled()
  const choice = merge.getByRole('group', { name: 'Title' })
  await expect(choice).toContainText('Title of one')
  await expect(choice).toContainText('Title of two')
  await choice.getByRole('radio', { name: 'Yours' }).check()
  await merge.getByRole('button', { name: 'Go on with this' }).click()
  await expect(field(two, 'creator')).toHaveValue('Creator of one')
  await save(two)
  await expect(two).toHaveURL(new RegExp(`/schedules/${NAME}$`))

  const { config, version } = (await (await call('GET', `/schedules/${NAME}`)).json()) as {
    version: number
    config: { params: Record<string, string> }
  }
  expect(version).toBe(3)
  expect(config.params).toMatchObject({
    title: 'Title of two',
    description: 'Description of two',
    creator: 'Creator of one',
  })
  // And what the first one wrote is in the history.
  const { items } = (await (await call('GET', `/schedules/${NAME}/history`)).json()) as { items: { version: number }[] }
  expect(items.map((item) => item.version)).toEqual([3, 2, 1])
  await call('DELETE', `/schedules/${NAME}`)
})

test('a draft that was left meets what was saved meanwhile', async ({ page }) => {
  const name = `${NAME}-draft`
  expect((await call('POST', '/schedules', { name, taskType: 'zimwriterfs', config: { params } })).status).toBe(201)
  await signIn(page)
  await page.goto(`/schedules/${name}/edit`)
  await field(page, 'title').fill('My draft')
  await expect(page.getByRole('status').filter({ hasText: '1 change, kept in this browser' })).toBeVisible()
  await page.waitForFunction(() => Object.keys(localStorage).some((key) => key.startsWith('croft-draft:')))
  const changed = { config: { params: { ...params, creator: 'Somebody' } } }
  expect((await call('PATCH', `/schedules/${name}`, changed)).status).toBe(200)
  page.on('dialog', (dialog) => void dialog.accept())
  await page.reload()
  await expect(page.getByText('Your edits that were not saved are back')).toBeVisible()
  await expect(field(page, 'title')).toHaveValue('My draft')
  await expect(field(page, 'creator')).toHaveValue('Somebody')
  await page.getByRole('button', { name: 'Throw them away' }).click()
  await expect(field(page, 'title')).toHaveValue('First')
  await call('DELETE', `/schedules/${name}`)
})
