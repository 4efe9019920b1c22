import { execFile } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { promisify } from 'node:util'
import { expect, test } from '@playwright/test'
import { FARM, signIn } from './farm'

test('a curator requests the demo, watches it run, and downloads a valid ZIM file', async ({ page }, info) => {
  await signIn(page)
  await page.getByRole('link', { name: 'Schedules' }).click()
  await page.getByRole('searchbox').fill('nextjs')
  await page.getByRole('link', { name: 'nextjs-documentation' }).click()
  await page.getByRole('button', { name: 'Request' }).click()
  await page.getByRole('button', { name: 'Request task' }).click()
  await expect(page).toHaveURL(/\/tasks\/[0-9a-f-]{36}$/)

  const lines = page.getByRole('region', { name: 'Log' }).getByRole('heading')
  const count = async () => Number(/([\d,]+) lines/.exec((await lines.textContent()) ?? '')?.[1]?.replace(',', '') ?? 0)
  await expect.poll(count).toBeGreaterThan(0)
  const early = await count()
  await expect.poll(count).toBeGreaterThan(early)
  const progress = page.getByRole('region', { name: 'Progress' }).getByRole('progressbar')
  await expect(progress).toBeVisible()
  await expect(progress).toHaveAttribute('aria-valuenow', '100')
  await expect(page.getByText('succeeded').first()).toBeVisible()
  await expect(page.getByText('valid', { exact: true })).toBeVisible()

  const downloading = page.waitForEvent('download')
  const link = page.getByRole('link', { name: 'Download', exact: true })
  await link.click()
  const path = info.outputPath('demo.zim')
  await (await downloading).saveAs(path)
  const { stdout } = await promisify(execFile)('zimcheck', [path])
  expect(stdout).toContain('Overall Test Status: Pass')

  const address = (await link.getAttribute('href')) ?? ''
  const { headers: whole } = await fetch(FARM + address)
  expect(whole.get('content-length')).toBe(String((await stat(path)).size))
  const part = await fetch(FARM + address, { headers: { range: 'bytes=0-9' } })
  expect([part.status, part.headers.get('content-length'), (await part.arrayBuffer()).byteLength]).toEqual([
    206,
    '10',
    10,
  ])
})

test('what happens elsewhere shows within a second, without a reload', async ({ page, context }) => {
  await signIn(page)
  await page.goto('/?tab=done')
  await expect(page.getByText('live', { exact: true })).toBeVisible()
  const other = await context.newPage()
  await other.goto('/schedules/croft-handbook')
  await other.getByRole('button', { name: 'Request' }).click()
  await other.getByRole('button', { name: 'Request task' }).click()
  await expect(other.getByText('succeeded').first()).toBeVisible()
  await page.bringToFront()
  await expect(page.getByRole('link', { name: 'croft-handbook' }).first()).toBeVisible({ timeout: 2_000 })
})
