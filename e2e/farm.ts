import { expect, type Page } from '@playwright/test'

export const ADMIN = {
  username: process.env.CROFT_ADMIN_USERNAME ?? 'admin',
  password: process.env.CROFT_ADMIN_PASSWORD ?? '',
}
export const FARM = process.env.CROFT_URL ?? 'http://127.0.0.1:3000'

export async function signIn(page: Page): Promise<void> {
  await page.goto('/sign-in')
  await page.getByLabel('Name').fill(ADMIN.username)
  await page.getByLabel('Password').fill(ADMIN.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByRole('button', { name: 'Sign out' })).toBeVisible()
}

/** A bearer token of the administrator. */
export async function token(): Promise<string> {
  const response = await fetch(`${FARM}/api/farm/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(ADMIN),
  })
  const { accessToken } = (await response.json()) as { accessToken: string }
  return accessToken
}

/** Asks again and again until the answer is as wanted; the test's own time limit ends it. */
export async function until<T>(ask: () => Promise<T>, wanted: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask()
    if (wanted(answer)) return answer
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}
