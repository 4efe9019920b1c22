import { expect, test } from '@playwright/test'
import { FARM, signIn, token } from './farm'

const ID = `forum-${Date.now().toString(36)}`
const definition = (maxLength: number) => ({
  id: ID,
  title: `Forum ${ID}`,
  description: 'Makes a ZIM file of a forum.',
  executable: 'forum2zim',
  image: 'example/forum',
  outputParam: 'output',
  fields: [
    { key: 'site', type: 'url', label: 'Site', description: 'Where it is', required: true },
    { key: 'title', type: 'text', label: 'Title', maxLength },
  ],
})

async function call(method: string, path: string, body: unknown): Promise<Response> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${await token()}` }
  return fetch(`${FARM}/api/farm${path}`, { method, headers, body: JSON.stringify(body) })
}

test('an administrator adds a definition; replacing it lists the schedules that no longer fit', async ({ page }) => {
  await signIn(page)
  await page.goto('/task-types')
  await page.getByRole('button', { name: 'Add a task type' }).click()
  const dialog = page.getByRole('dialog')
  const text = dialog.getByLabel('Definition, as JSON')

  await text.fill('{ "id": ')
  await dialog.getByRole('button', { name: 'Save definition' }).click()
  await expect(dialog.getByRole('alert')).toContainText('no well-formed JSON')

  await text.fill(
    JSON.stringify({ ...definition(30), fields: [{ key: 'site', type: 'address', label: 'Site' }], more: 1 }),
  )
  await dialog.getByRole('button', { name: 'Save definition' }).click()
  await expect(dialog.getByRole('alert')).toContainText('definition.fields.0.type')

  await text.fill(JSON.stringify(definition(30)))
  await dialog.getByRole('button', { name: 'Save definition' }).click()
  await expect(page).toHaveURL(new RegExp(`/task-types/${ID}`))
  const fields = page.getByRole('region', { name: 'Fields' })
  await expect(fields).toContainText('site required')
  await expect(fields).toContainText('at most 30 characters')

  const params = { site: 'https://forum.example.org/', title: 'A title of some length' }
  const made = await call('POST', '/schedules', { name: `${ID}-one`, taskType: ID, config: { params } })
  expect(made.status).toBe(201)
  await page.goto(`/schedules/${ID}-one`)
  await expect(page.getByRole('region', { name: 'How it runs' })).toContainText(`${ID} 1`)
  await expect(page.getByRole('region', { name: 'History' })).toContainText('Version 1')

  expect((await call('PUT', `/task-types/${ID}/versions/1`, definition(5))).status).toBe(200)
  await expect(page.getByRole('region', { name: 'It does not fit its definition' })).toContainText(
    'must not be longer than 5 characters',
    { timeout: 30_000 },
  )
  await page.goto(`/schedules?show=invalid&type=${ID}`)
  await expect(page.getByRole('region', { name: 'Schedules' }).getByRole('row', { name: ID })).toContainText('invalid')
})

test('a schedule is archived after a question, restored, and brought back to what it was', async ({ page }) => {
  const name = `${ID}-kept`
  const params = {
    source: 'builtin:handbook',
    name: 'x',
    title: 'First',
    description: 'x',
    language: 'eng',
    creator: 'x',
  }
  const config = { params }
  expect((await call('POST', '/schedules', { name, taskType: 'zimwriterfs', config })).status).toBe(201)
  const changed = { config: { params: { ...params, title: 'Second' } }, comment: 'renamed' }
  expect((await call('PATCH', `/schedules/${name}`, changed)).status).toBe(200)

  await signIn(page)
  await page.goto(`/schedules/${name}`)
  await page.getByRole('button', { name: 'Archive' }).click()
  await page.getByRole('dialog').getByLabel('Why').fill('not needed now')
  await page.getByRole('button', { name: 'Archive schedule' }).click()
  await expect(page.getByText('· archived')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Request' })).toHaveCount(0)
  await page.getByRole('button', { name: 'Restore', exact: true }).click()
  await page.getByRole('button', { name: 'Restore schedule' }).click()
  await expect(page.getByRole('button', { name: 'Request' })).toBeVisible()

  const saves = page.getByRole('region', { name: 'History' })
  await expect(saves.getByRole('listitem')).toHaveCount(4)
  await expect(saves).toContainText('not needed now')
  await saves.getByRole('link', { name: 'Version 2' }).click()
  await expect(page).toHaveURL(/history\?to=2/)
  const comparison = page.getByRole('region', { name: 'Compare' })
  await expect(comparison).toContainText('Second')
  await comparison.getByRole('button', { name: 'Restore version 1' }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByRole('region', { name: 'What will change' })).toContainText('First')
  await dialog.getByRole('button', { name: 'Restore' }).click()
  await expect(page.getByRole('region', { name: 'Parameters' })).toContainText('First')
  await expect(saves.getByRole('listitem')).toHaveCount(5)
})
