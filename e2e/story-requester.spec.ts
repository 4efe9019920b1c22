import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from '@playwright/test'
import { requestTasks } from '../lib/contract/task'
import { FARM, signIn } from './farm'
import { admin, faults } from './pipeline'

test('a requester follows a link, without an account, to the file of a real task', async ({ page, browser }, info) => {
  const api = await admin()
  const { requested, refused } = await api.call(requestTasks, { body: { schedules: ['croft-handbook'] } })
  expect(refused).toEqual([])
  await signIn(page)
  await page.goto(`/tasks/${requested[0]?.id}`)
  await page.getByRole('button', { name: 'Share' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('combobox', { name: 'Valid for' }).selectOption('1')
  await dialog.getByRole('button', { name: 'Make the link' }).click()
  const link = await dialog.getByRole('textbox', { name: 'Link' }).inputValue()
  const path = new URL(link).pathname
  expect(path).toMatch(/^\/r\/[\w-]+\.[\w-]+\.[\w-]+$/)

  const stranger = await browser.newContext({ baseURL: FARM })
  const visitor = await stranger.newPage()
  await visitor.goto(path)
  await expect(visitor.getByRole('heading', { level: 1, name: 'croft-handbook' })).toBeVisible()
  await expect(visitor.getByText('It is ready.')).toBeVisible()
  const found = await faults(visitor, info, 'requester', true)
  const downloading = visitor.waitForEvent('download')
  await visitor.getByRole('link', { name: 'Download' }).click()
  const file = info.outputPath('handbook.zim')
  await (await downloading).saveAs(file)
  const { stdout } = await promisify(execFile)('zimcheck', [file])
  expect(stdout).toContain('Overall Test Status: Pass')

  await visitor.goto(`${path.slice(0, -6)}AAAAAA`)
  await expect(visitor.getByRole('heading', { name: 'This link is not valid' })).toBeVisible()
  found.push(...(await faults(visitor, info, 'requester-invalid')))
  expect(found).toEqual([])
  expect((await stranger.request.get(`${FARM}/api/farm/links/forged`)).status()).toBe(404)
  await stranger.close()
})
