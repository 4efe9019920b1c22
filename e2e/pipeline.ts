import AxeBuilder from '@axe-core/playwright'
import { expect, type Page, type TestInfo } from '@playwright/test'
import { createClient } from '../lib/client/client'
import { createAccount } from '../lib/contract/account'
import { createSchedule } from '../lib/contract/schedule'
import { FARM, token } from './farm'

const GIB = 1024 ** 3

/** The administrator's client of Croft's own API. */
export async function admin() {
  const bearer = await token()
  return createClient({ url: FARM, token: () => bearer })
}
export type Admin = Awaited<ReturnType<typeof admin>>

/** A new account and its sign-in. */
export async function account(api: Admin, username: string, role: 'manager' | 'viewer') {
  const password = `${username} has a long password`
  await api.call(createAccount, { body: { username, password, role } })
  return { username, password }
}

export async function signInAs(page: Page, { username, password }: { username: string; password: string }) {
  await page.goto('/sign-in')
  await page.getByLabel('Name').fill(username)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByRole('button', { name: 'Sign out' })).toBeVisible()
}

/** A schedule of the demo's task type. With many `cpu` no machine here ever takes it; with a bad source it fails at once. */
export const schedule = (api: Admin, name: string, { cpu = 1, source = 'builtin:handbook', context = '' } = {}) =>
  api.call(createSchedule, {
    body: {
      name,
      taskType: 'zimwriterfs',
      context,
      resources: { cpu, memory: GIB, disk: GIB },
      config: {
        params: {
          source,
          name: 'e2e_en_book',
          title: 'A book',
          description: 'Of a test',
          language: 'eng',
          creator: 'Us',
          publisher: 'Croft',
        },
      },
    },
  })

/**
 * What axe finds in what is shown, what is wider than the screen, and pictures: in both sizes and both themes, each
 * size in one of them where it is not `every`.
 */
export async function faults(page: Page, info: TestInfo, name: string, every = false): Promise<string[]> {
  const found: string[] = []
  const before = page.viewportSize()
  for (const [size, viewport] of Object.entries({
    wide: { width: 1440, height: 900 },
    phone: { width: 390, height: 844 },
  })) {
    await page.setViewportSize(viewport)
    for (const theme of every ? ['light', 'dark'] : size === 'wide' ? ['light'] : ['dark']) {
      await page.evaluate((wanted) => (document.documentElement.dataset.theme = wanted), theme)
      const { violations } = await new AxeBuilder({ page })
        .withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'])
        .analyze()
      for (const { id, nodes } of violations)
        found.push(`${name} ${size} ${theme} ${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`)
      const wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
      if (wider > 0) found.push(`${name} ${size} is ${wider} pixels wider than the screen`)
      await page.screenshot({ path: info.outputPath(`${name}-${size}-${theme}.png`), fullPage: false })
    }
  }
  await page.evaluate(() => (document.documentElement.dataset.theme = 'light'))
  if (before !== null) await page.setViewportSize(before)
  return found
}
