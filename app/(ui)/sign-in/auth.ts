'use client'

/** Posts a form to next-auth, which answers with the address to go to. */
async function post(path: string, fields: Record<string, string>): Promise<string> {
  const token = await fetch('/api/auth/csrf')
  if (!token.ok) throw new Error(`the farm answered ${token.status}`)
  const { csrfToken } = (await token.json()) as { csrfToken: string }
  const answer = await fetch(`/api/auth/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ ...fields, csrfToken, json: 'true' }),
  })
  // A refusal (401) has an address too.
  const { url } = (await answer.json()) as { url?: string }
  if (url === undefined) throw new Error(`the farm answered ${answer.status}`)
  return url
}

/** Signs in on this browser; the farm's words when it refuses, null when it does not. */
export async function signIn(username: string, password: string): Promise<string | null> {
  const url = await post('callback/credentials', { username, password, callbackUrl: '/' })
  return new URL(url, window.location.href).searchParams.get('error')
}

/** Ends the session of this browser. */
export async function signOut(): Promise<void> {
  await post('signout', { callbackUrl: '/sign-in' })
  window.location.assign('/sign-in')
}
