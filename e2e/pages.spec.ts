import AxeBuilder from '@axe-core/playwright'
import { expect, test, type Page } from '@playwright/test'
import { signIn } from './farm'

/**
 * Every screen: add a line for each new one. `ready` waits for what the page shows when it has its data, where its
 * heading and the end of "Loading" do not tell.
 */
const SCREENS: { path: string; ready?: (page: Page) => Promise<void> }[] = [
  { path: '/' },
  { path: '/?tab=running' },
  { path: '/?tab=done' },
  { path: '/?tab=failed' },
  { path: '/schedules' },
  { path: '/schedules/nextjs-documentation' },
  { path: '/schedules?show=invalid' },
  { path: '/schedules/no-such-schedule' },
  { path: '/schedules/new' },
  { path: '/schedules/new?type=zimit' },
  { path: '/schedules/nextjs-documentation/edit' },
  { path: '/schedules/nextjs-documentation/history' },
  { path: '/tasks/00000000-0000-4000-8000-000000000000' },
  { path: '/task-types' },
  { path: '/task-types/zimit' },
  { path: '/workers' },
  { path: '/workers?standing=offline&sort=success' },
  { path: '/workers/local?range=7d' },
  { path: '/dashboard' },
  { path: '/dashboard?range=30d&by=worker&mended=true' },
  { path: '/admin' },
  { path: '/admin/accounts' },
  { path: '/admin/accounts/admin' },
  { path: '/admin/sessions' },
  { path: '/admin/lists?kind=warehouse_path' },
  { path: '/admin/limits' },
  { path: '/admin/held' },
  { path: '/admin/jobs' },
  { path: '/admin/log' },
  { path: '/account' },
  { path: '/docs' },
  { path: '/docs/using' },
  { path: '/sign-in' },
  { path: '/no-such-page' },
]
const SIZES = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } } as const

for (const [size, viewport] of Object.entries(SIZES)) {
  for (const theme of ['light', 'dark'] as const) {
    test(`every screen is accessible and fits: ${size}, ${theme}`, async ({ page }, info) => {
      test.setTimeout(SCREENS.length * 10_000)
      await page.setViewportSize(viewport)
      await page.emulateMedia({ reducedMotion: 'reduce' })
      await page.addInitScript((wanted) => localStorage.setItem('croft-theme', wanted), theme)
      await signIn(page)
      const faults: string[] = []
      for (const { path, ready } of SCREENS) {
        await page.goto(path)
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
        await expect(page.getByRole('status', { name: 'Loading' })).toHaveCount(0)
        await ready?.(page)
        const { violations } = await new AxeBuilder({ page })
          .withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'])
          .analyze()
        for (const { id, nodes } of violations)
          faults.push(`${path} ${id}: ${nodes.map((node) => node.html.slice(0, 120)).join(' | ')}`)
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
        if (wide > 0) faults.push(`${path} is ${wide} pixels wider than the screen`)
        await page.screenshot({ path: info.outputPath(`${path.replace(/\W+/g, '-')}.png`), fullPage: true })
      }
      expect(faults).toEqual([])
    })
  }
}

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
