import AxeBuilder from '@axe-core/playwright'
import { expect, test, type Page } from '@playwright/test'
import { ADMIN, FARM, signIn } from './farm'

const faultsOf = async (page: Page) => {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'])
    .analyze()
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 120)).join(' | ')}`)
}

test('the palette finds screens, actions and what is on the farm, by keys alone', async ({ page }) => {
  await signIn(page)
  await page.keyboard.press('Control+k')
  const box = page.getByRole('combobox', { name: 'Search, or type what to do' })
  await expect(box).toBeFocused()
  await box.fill('workers')
  await expect(page.getByRole('option', { name: 'Workers, action' })).toHaveAttribute('aria-selected', 'true')
  expect(await faultsOf(page)).toEqual([])
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/workers$/)

  await page.getByRole('heading', { level: 1 }).click()
  await page.keyboard.press('/')
  const find = page.getByRole('combobox', { name: 'Search schedules, tasks, workers' })
  await find.fill('handbook')
  await expect(page.getByRole('option', { name: 'croft-handbook, schedule' })).toBeVisible()
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/schedules\/croft-handbook$/)
  await expect(page.getByRole('heading', { level: 1, name: 'croft-handbook' })).toBeVisible()

  await page.keyboard.press('?')
  const keys = page.getByRole('dialog', { name: 'Keys' })
  await expect(keys).toContainText('g p')
  expect(await faultsOf(page)).toEqual([])
  await keys.getByRole('switch', { name: 'Keys of one letter' }).click()
  await page.keyboard.press('Escape')
  await page.keyboard.press('?')
  await expect(keys).toHaveCount(0)
})

test('the language is the browser’s, or the reader’s choice, and times are in it', async ({ browser }) => {
  const context = await browser.newContext({ locale: 'fr-FR' })
  const page = await context.newPage()
  await page.goto('/docs')
  await expect(page.locator('html')).toHaveAttribute('lang', 'fr')
  await expect(page.getByRole('link', { name: 'Planifications' })).toBeVisible()
  await page.getByRole('button', { name: 'English' }).click()
  await expect(page.locator('html')).toHaveAttribute('lang', 'en')
  await page.reload()
  await expect(page.getByRole('link', { name: 'Schedules' })).toBeVisible()
  await context.close()
})

test('when the session is over, one signs in again in place, and what was typed is sent', async ({ page, request }) => {
  await signIn(page)
  await page.goto('/schedules/croft-handbook')
  await page.getByRole('button', { name: 'Request' }).first().click()
  const form = page.getByRole('dialog', { name: /Request/ })
  await form.getByLabel('Priority').selectOption('7')
  const cookies = await page.context().cookies()
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
  const ended = await request.delete('/api/farm/session', {
    headers: { cookie, origin: FARM, 'sec-fetch-site': 'same-origin' },
  })
  expect(ended.status()).toBe(204)

  await form.getByRole('button', { name: 'Request task' }).click()
  const again = page.getByRole('dialog', { name: 'Your session is over' })
  await expect(again).toBeVisible()
  expect(await faultsOf(page)).toEqual([])
  await again.getByLabel('Password').fill('wrong password')
  await again.getByRole('button', { name: 'Sign in' }).click()
  await expect(again).toContainText('the name or the password is wrong')
  await again.getByLabel('Password').fill(ADMIN.password)
  await again.getByRole('button', { name: 'Sign in' }).click()
  await expect(page).toHaveURL(/\/tasks\/[0-9a-f-]{36}$/)
  await expect(page.getByText('7', { exact: true }).first()).toBeVisible()
})

test('all tabs of a browser share one live stream', async ({ context }) => {
  const first = await context.newPage()
  await signIn(first)
  await first.goto('/schedules')
  await expect(first.getByText('live', { exact: true })).toBeVisible()
  const second = await context.newPage()
  const asked: string[] = []
  second.on('request', (request) => request.url().includes('/api/farm/stream') && asked.push(request.url()))
  await second.goto('/schedules')
  await expect(second.getByText('live', { exact: true })).toBeVisible()
  expect(asked).toEqual([])
  await first.close()
  await expect.poll(() => asked.length).toBe(1)
  await expect(second.getByText('live', { exact: true })).toBeVisible()
})
