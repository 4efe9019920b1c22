import { expect, test } from '@playwright/test'
import { listPipeline } from '../lib/contract/pipeline'
import { createBulkJob } from '../lib/contract/bulk'
import { requestTasks } from '../lib/contract/task'
import { until } from './farm'
import { account, admin, faults, schedule, signInAs } from './pipeline'

const run = Date.now().toString(36)
const BIG = 40
const BROKEN = 3

/** Forty that no machine here can take, and three that fail at once. */
test('a manager requests many, sees why they wait, raises one, cancels ten, and retries the failed', async ({
  page,
}, info) => {
  test.setTimeout(240_000)
  const api = await admin()
  const names = Array.from({ length: BIG }, (_, index) => `story-${run}-${String(index).padStart(3, '0')}`)
  const broken = Array.from({ length: BROKEN }, (_, index) => `story-${run}-broken-${index}`)
  for (const name of names) await schedule(api, name, { cpu: 5_000 })
  for (const name of broken) await schedule(api, name, { source: 'builtin:no-such-book' })
  const manager = await account(api, `mia-${run}`, 'manager')
  await signInAs(page, manager)
  const asked = await api.call(requestTasks, { body: { schedules: [...names, ...broken] } })
  expect(asked.refused).toEqual([])

  await page.goto(`/?q=story-${run}`)
  const list = page.getByRole('region', { name: 'Queued tasks' })
  await expect(list.getByText(/cores in all; the task needs 5,?000/).first()).toBeVisible()
  await list
    .getByRole('button', { name: /cores in all/ })
    .first()
    .click()
  const why = page.getByRole('dialog')
  await expect(why.getByRole('table', { name: 'Reasons by worker' })).toBeVisible()
  await expect(why.getByText(/let the task ask for no more than/).first()).toBeVisible()
  const found = await faults(page, info, 'why')
  await page.keyboard.press('Escape')
  await expect(why).toHaveCount(0)

  const raised = names[BIG - 1] ?? ''
  await page.getByRole('searchbox', { name: 'Search by schedule' }).fill(raised)
  await expect(list.getByRole('row')).toHaveCount(2)
  await expect(page).toHaveURL(new RegExp(raised))
  await list.getByRole('combobox', { name: `Priority of ${raised}` }).selectOption('9')
  await expect(page.getByText(`${raised} has priority 9 now.`)).toBeVisible()
  await page.getByRole('searchbox', { name: 'Search by schedule' }).fill(`story-${run}`)
  await expect(list.getByRole('row').nth(1)).toContainText(raised)

  for (const name of names.slice(0, 10)) await list.getByRole('checkbox', { name: `Select ${name}` }).check()
  const bar = page.getByRole('region', { name: 'Selected tasks' })
  await expect(bar.getByText('10 tasks selected')).toBeVisible()
  found.push(...(await faults(page, info, 'pipeline-queued')))
  await bar.getByRole('button', { name: 'Cancel' }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByText(/10 tasks are canceled/)).toBeVisible()
  await dialog.getByRole('button', { name: 'Cancel 10 tasks' }).click()
  await expect(dialog.getByText('10 of 10 done')).toBeVisible()
  await expect(dialog.getByText('none failed')).toBeVisible()
  found.push(...(await faults(page, info, 'bulk')))
  await page.keyboard.press('Escape')
  await expect(list.getByRole('checkbox', { name: `Select ${names[0]}` })).toHaveCount(0)
  const count = (query: { tab: 'queued' | 'done' | 'failed'; q: string }) =>
    api
      .call(listPipeline, { query: { ...query, sort: query.tab === 'queued' ? 'queue' : 'ended', limit: 100 } })
      .then(({ items }) => items.length)
  expect(await count({ tab: 'queued', q: `story-${run}-0` })).toBe(BIG - 10)
  expect(await count({ tab: 'done', q: `story-${run}-0` })).toBe(10)

  await until(
    () => count({ tab: 'failed', q: `story-${run}-broken` }),
    (n) => n === BROKEN,
  )
  await page.goto(`/?tab=failed&q=story-${run}-broken`)
  const failed = page.getByRole('region', { name: 'Failed tasks' })
  await expect(failed.getByText('its parameters or its source cannot be used').first()).toBeVisible()
  await expect(failed.getByText('not by itself').first()).toBeVisible()
  found.push(...(await faults(page, info, 'pipeline-failed')))
  await failed.getByRole('checkbox', { name: /Select all/ }).check()
  await bar.getByRole('button', { name: 'Retry' }).click()
  await dialog.getByRole('button', { name: `Retry ${BROKEN} tasks` }).click()
  await expect(dialog.getByText(`${BROKEN} of ${BROKEN} done`)).toBeVisible()
  await expect(dialog.getByRole('link', { name: 'new task' })).toHaveCount(BROKEN)
  // The job has an address of its own: it is there again after a reload.
  await page.reload()
  await expect(page.getByRole('dialog').getByText(`${BROKEN} of ${BROKEN} done`)).toBeVisible()
  await page.keyboard.press('Escape')

  await page.goto(`/?q=story-${run}-0`)
  await list.getByRole('checkbox', { name: /Select all/ }).check()
  await bar.getByRole('button', { name: 'Set priority' }).click()
  await dialog.getByRole('combobox', { name: 'Priority' }).selectOption('2')
  await dialog.getByRole('button', { name: `Change ${BIG - 10} tasks` }).click()
  await expect(dialog.getByText(`${BIG - 10} of ${BIG - 10} done`)).toBeVisible()
  await page.keyboard.press('Escape')

  await page.getByRole('button', { name: 'Views' }).click()
  await page.getByRole('textbox', { name: 'Save this view' }).fill(`Mine ${run}`)
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await expect(page.getByText(`Saved as Mine ${run}.`)).toBeVisible()
  await page.goto('/?tab=done')
  await page.getByRole('button', { name: 'Views' }).click()
  await page.getByRole('button', { name: `Mine ${run}`, exact: true }).click()
  await expect(page).toHaveURL(new RegExp(`q=story-${run}-0`))

  expect(found).toEqual([])
  await api.call(createBulkJob, {
    body: { action: 'cancel', selection: { query: { tab: 'queued', q: `story-${run}` } } },
  })
  await until(
    () => count({ tab: 'queued', q: `story-${run}` }),
    (n) => n === 0,
  )
})
