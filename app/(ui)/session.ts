'use client'

/** Who is signed in as far as this tab knows, and whether the farm has said that the session is over. */
let signedIn: string | null = null
let over = false
const waiting: ((again: boolean) => void)[] = []
const listeners = new Set<() => void>()
const set = (next: boolean) => {
  over = next
  for (const listener of listeners) listener()
}

export const sessionStore = {
  subscribe: (listener: () => void) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  },
  isOver: () => over,
  username: () => signedIn,
}
export const noteSignedIn = (username: string) => {
  signedIn = username
}

/** Ends the question: somebody has signed in again, or does not want to. */
export function answerSession(again: boolean): void {
  if (!again) signedIn = null
  set(false)
  for (const resolve of waiting.splice(0)) resolve(again)
}

/**
 * `fetch` for the pages: where the farm says that nobody is signed in although somebody was, it asks to sign in again,
 * in place, and repeats the call; so nothing that was typed is lost.
 */
export const patientFetch: typeof fetch = async (input, init) => {
  const answer = await fetch(input, init)
  if (answer.status !== 401 || signedIn === null || init?.body instanceof ReadableStream) return answer
  const again = await new Promise<boolean>((resolve) => {
    waiting.push(resolve)
    set(true)
  })
  return again ? fetch(input, init) : answer
}
