import AxeBuilder from '@axe-core/playwright'
import { expect, test } from '@playwright/test'
import { signIn } from './farm'

const PAGES = [
  '/',
  '/?tab=done',
  '/?tab=failed',
  '/schedules',
  '/schedules/nextjs-documentation',
  '/schedules?show=invalid',
  '/task-types',
  '/task-types/zimit',
  '/workers',
  '/sign-in',
  '/no-such-page',
  '/tasks/00000000-0000-4000-8000-000000000000',
  '/schedules/no-such-schedule',
]

for (const theme of ['light', 'dark'] as const) {
  test(`every page is accessible in the ${theme} theme`, async ({ page }) => {
    await page.addInitScript((wanted) => localStorage.setItem('croft-theme', wanted), theme)
    await signIn(page)
    for (const path of PAGES) {
      await page.goto(path)
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
      await expect(page.getByRole('status', { name: 'Loading' })).toHaveCount(0)
      const { violations } = await new AxeBuilder({ page })
        .withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'])
        .analyze()
      expect(
        violations.map(({ id, nodes }) => `${path} ${id}: ${nodes.map((node) => node.html.slice(0, 120)).join(' | ')}`),
      ).toEqual([])
    }
  })
}

test('on a phone nothing is wider than the screen', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 })
  await signIn(page)
  for (const path of PAGES) {
    await page.goto(path)
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    const [width, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth])
    expect(`${path} ${width}`).toBe(`${path} ${screen}`)
  }
})

test('a task can be requested with the keyboard alone', async ({ page }) => {
  await signIn(page)
  await page.goto('/schedules/croft-handbook')
  await page.getByRole('button', { name: 'Request' }).focus()
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog')
  await expect(dialog).toBeVisible()
  await dialog.getByRole('button', { name: 'Request task' }).focus()
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/tasks\//)
})

test('a wrong password is refused with words, and the session ends with the sign-out', async ({ page, request }) => {
  await page.goto('/sign-in')
  await page.getByLabel('Name').fill('nobody-here')
  await page.getByLabel('Password').fill('wrong password')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByRole('alert').filter({ hasText: 'the name or the password is wrong' })).toBeVisible()

  await signIn(page)
  const cookies = await page.context().cookies()
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
  expect((await request.get('/api/farm/session', { headers: { cookie } })).status()).toBe(200)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await expect(page).toHaveURL(/sign-in/)
  expect((await request.get('/api/farm/session', { headers: { cookie } })).status()).toBe(401)
})
