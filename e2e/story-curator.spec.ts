import AxeBuilder from '@axe-core/playwright'
import { expect, test, type Page, type TestInfo } from '@playwright/test'
import { FARM, signIn, token, until } from './farm'

const NAME = `story-${Date.now().toString(36)}`

/** Nothing that axe finds, in both themes and both sizes; leaves the page in the light theme and wide. */
async function looked(page: Page, info: TestInfo, name: string): Promise<void> {
  const faults: string[] = []
  for (const [size, width] of [
    ['phone', 390],
    ['desktop', 1440],
  ] as const) {
    await page.setViewportSize({ width, height: size === 'phone' ? 844 : 900 })
    for (const theme of ['dark', 'light'] as const) {
      await page.evaluate((wanted) => (document.documentElement.dataset.theme = wanted), theme)
      const { violations } = await new AxeBuilder({ page })
        .withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'])
        .analyze()
      for (const { id, nodes } of violations)
        faults.push(`${name} ${size} ${theme} ${id}: ${nodes.map((node) => node.html.slice(0, 140)).join(' | ')}`)
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
      if (wide > 0) faults.push(`${name} is ${wide} pixels wider than a ${size}`)
      await page.screenshot({ path: info.outputPath(`${name}-${size}-${theme}.png`), fullPage: true })
    }
  }
  expect(faults).toEqual([])
}

test('a curator builds a schedule from nothing, is helped, saves, compares and restores', async ({ page }, info) => {
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await page.setViewportSize({ width: 1440, height: 900 })
  await signIn(page)
  await page.goto('/schedules')
  await page.getByRole('link', { name: 'New schedule' }).click()
  await page.getByRole('searchbox', { name: 'Search task types' }).fill('html')
  await page.getByRole('button', { name: 'Begin empty HTML to ZIM' }).click()

  const problems = page.getByRole('region', { name: 'Still to mend' })
  await expect(problems).toContainText('Source is required')
  await expect(problems).toContainText('Name must not be empty')
  const basics = page.getByRole('region', { name: 'Basics' })
  const params = page.getByRole('region', { name: 'Parameters' })
  await basics.getByRole('textbox', { name: 'Name' }).fill('croft-handbook')
  await expect(problems).toContainText('Name is taken')
  await basics.getByRole('textbox', { name: 'Name' }).fill(NAME)
  await expect(problems).not.toContainText('is taken')

  await params.getByLabel('Source').fill('nonsense')
  await expect(params.locator('[data-field="config.params.source"]')).toContainText('must be an http or https address')
  await params.getByLabel('Source').fill('builtin:handbook')
  await params.getByRole('textbox', { name: 'Name' }).fill('story_en_all')
  const title = params.locator('[data-field="config.params.title"]')
  await title.getByRole('textbox').fill('👩‍🌾'.repeat(31))
  await expect(title).toContainText('31/30')
  await expect(title).toContainText('must not be longer than 30 characters; it has 31')
  await title.getByRole('textbox').fill('A story')
  await expect(title).toContainText('7/30')
  await params.locator('[data-field="config.params.description"]').getByRole('textbox').fill('What a curator made')
  await params.locator('[data-field="config.params.creator"]').getByRole('textbox').fill('A curator')
  const language = params.locator('[data-field="config.params.language"]')
  await language.getByRole('textbox').fill('english')
  await expect(language).toContainText('ISO 639-3 codes of three letters')
  await looked(page, info, 'editor')
  await problems.getByRole('button', { name: 'Language' }).click()
  await expect(language.getByRole('textbox')).toBeFocused()
  await page.keyboard.press('ControlOrMeta+A')
  await page.keyboard.type('eng')
  await expect(problems).toContainText('Everything fits')
  await expect(page.getByRole('region', { name: 'Command line' })).toContainText('--title=A story')

  await basics.getByRole('combobox', { name: 'Add a tag' }).fill('story')
  await page.keyboard.press('Enter')
  await expect(basics.getByRole('row', { name: 'story' })).toBeVisible()
  await basics.getByRole('textbox', { name: 'Notes' }).fill('**Ask first** <img src=x onerror=alert(1)>')
  await basics.getByRole('textbox', { name: 'Tickets' }).fill('https://tickets.example.org/7')
  await page.getByRole('button', { name: 'Review and create' }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog).toContainText('A story')
  await dialog.getByLabel('Why').fill('a first book')
  await dialog.getByRole('button', { name: 'Create schedule' }).click()

  await expect(page.getByRole('heading', { level: 1, name: NAME })).toBeVisible()
  await expect(page.getByText('Ask first')).toHaveCSS('font-weight', '700')
  await expect(page.locator('main img')).toHaveCount(0)
  await expect(page.getByRole('link', { name: 'https://tickets.example.org/7' })).toBeVisible()
  await expect(page.getByRole('region', { name: 'History' })).toContainText('a first book')

  await page.getByRole('link', { name: 'Edit' }).click()
  await title.getByRole('textbox').fill('A better story')
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(title.getByRole('textbox')).toHaveValue('A story')
  await page.getByRole('button', { name: 'Redo' }).click()
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Schedules' }).click()
  await dialog.getByRole('button', { name: 'Keep as a draft and leave' }).click()
  await expect(page).toHaveURL(/\/schedules$/)
  await page.goto(`/schedules/${NAME}/edit`)
  await expect(page.getByText('Your edits that were not saved are back')).toBeVisible()
  await expect(title.getByRole('textbox')).toHaveValue('A better story')
  await page.getByRole('button', { name: 'Review and save' }).click()
  await expect(dialog.getByRole('listitem')).toContainText('better')
  await dialog.getByLabel('Why').fill('better words')
  await dialog.getByRole('button', { name: 'Save schedule' }).click()
  await expect(page.getByRole('region', { name: 'Parameters' })).toContainText('A better story')

  await page.getByRole('link', { name: 'History', exact: true }).click()
  await page.goto(`/schedules/${NAME}/history?from=1&to=2`)
  const comparison = page.getByRole('region', { name: 'Compare' })
  await expect(comparison.getByRole('region', { name: 'From version 1 to version 2' })).toContainText('better')
  await comparison.getByRole('button', { name: 'Restore version 1' }).click()
  await expect(dialog).toContainText('What will change')
  await dialog.getByRole('button', { name: 'Restore' }).click()
  await expect(page.getByRole('region', { name: 'Parameters' })).toContainText('A story')
  await expect(page.getByRole('region', { name: 'History' })).toContainText('Version 3')
})

test('a test run makes a file that is kept apart, and the schedule stands as before', async ({ page }) => {
  await signIn(page)
  await page.goto(`/schedules/${NAME}`)
  await page.getByRole('button', { name: 'Test run' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Start test run' }).click()
  await expect(page).toHaveURL(/\/tasks\//)
  const id = new URL(page.url()).pathname.split('/').pop()
  const headers = { authorization: `Bearer ${await token()}` }
  const read = async (path: string) =>
    (await (await fetch(`${FARM}/api/farm${path}`, { headers })).json()) as Record<string, unknown>
  const task = await until(
    () => read(`/tasks/${id}`),
    ({ status }) => status === 'succeeded' || status === 'failed',
  )
  expect(task.status).toBe('succeeded')
  expect(task.config).toMatchObject({ warehousePath: '/.hidden/dev' })
  expect(await read(`/schedules/${NAME}`)).toMatchObject({ lastTask: null, lastSuccessAt: null })
})

test('the list filters, keeps its state in the address, and changes many at once', async ({ page }, info) => {
  await page.setViewportSize({ width: 1440, height: 900 })
  await signIn(page)
  await page.goto(`/schedules?q=${NAME.slice(0, 8)}&tag=story&sort=created&order=desc`)
  const list = page.getByRole('region', { name: 'Schedules' })
  await expect(list.getByRole('row', { name: NAME })).toBeVisible()
  await page.getByRole('searchbox').fill(NAME)
  await expect(page).toHaveURL(new RegExp(`q=${NAME}`))
  await expect(page.getByRole('status').filter({ hasText: '1 schedule' })).toBeVisible()
  await looked(page, info, 'list')
  await list.getByRole('checkbox', { name: `Select ${NAME}` }).check()
  await page.getByRole('button', { name: 'Disable' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Why').fill('a pause')
  await dialog.getByRole('button', { name: 'Disable 1 schedule' }).click()
  await expect(dialog).toContainText('Done: 1 of 1 done')
  await dialog.getByRole('button', { name: 'Close' }).last().click()
  await expect(list.getByRole('row', { name: NAME })).toContainText('disabled')

  const csv = await page.request.get(`/api/farm/schedule-export?q=${NAME}&format=csv`)
  expect((await csv.text()).split('\r\n')).toHaveLength(3)

  await page.goto(`/schedules/new?from=${NAME}`)
  const basics = page.getByRole('region', { name: 'Basics' })
  await expect(basics.getByRole('textbox', { name: 'Name' })).toHaveValue('')
  await expect(page.locator('[data-field="config.params.name"]').getByRole('textbox')).toHaveValue('')
  await expect(page.locator('[data-field="config.params.title"]').getByRole('textbox')).toHaveValue('A story')

  await page.goto(`/schedules/${NAME}`)
  await page.getByRole('button', { name: 'Delete' }).click()
  await expect(dialog.getByRole('button', { name: 'Delete schedule' })).toBeDisabled()
  await dialog.getByRole('textbox').fill(NAME)
  await dialog.getByRole('button', { name: 'Delete schedule' }).click()
  await expect(page).toHaveURL(/\/schedules$/)
})
