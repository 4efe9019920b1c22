'use client'

import { useQueryClient } from '@tanstack/react-query'
import { useRouter, useSearchParams } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { useId, useState } from 'react'
import { signIn } from './auth'

/** Only a path of this farm: never another site. */
const within = (to: string | null) => (to !== null && /^\/(?![/\\])/.test(to) && !to.startsWith('/sign-in') ? to : '/')

export function SignInForm() {
  const t = useTranslations('shell.signInPage')
  const search = useSearchParams()
  const router = useRouter()
  const queries = useQueryClient()
  const [problem, setProblem] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const ids = { username: useId(), password: useId() }

  async function submit(form: FormData) {
    setBusy(true)
    setProblem(null)
    const field = (name: string) => {
      const value = form.get(name)
      return typeof value === 'string' ? value : ''
    }
    const refusal = await signIn(field('username'), field('password')).catch(() => t('noAnswer'))
    setBusy(false)
    setProblem(refusal)
    if (refusal !== null) return
    await queries.invalidateQueries()
    router.push(within(search.get('to')))
  }
  return (
    <div className="mx-auto max-w-sm py-8">
      <h1 className="mb-6">{t('heading')}</h1>
      <form
        className="panel space-y-4 p-5"
        onSubmit={(event) => {
          event.preventDefault()
          void submit(new FormData(event.currentTarget))
        }}
      >
        <div className="grid gap-1">
          <label className="label" htmlFor={ids.username}>
            {t('name')}
          </label>
          <input
            id={ids.username}
            name="username"
            className="field"
            autoComplete="username"
            required
            maxLength={200}
            autoFocus
          />
        </div>
        <div className="grid gap-1">
          <label className="label" htmlFor={ids.password}>
            {t('password')}
          </label>
          <input
            id={ids.password}
            name="password"
            type="password"
            className="field"
            autoComplete="current-password"
            required
            maxLength={1000}
          />
        </div>
        {problem !== null && (
          <p role="alert" className="bg-bad-soft rounded-lg p-3 text-sm">
            {problem}
          </p>
        )}
        <button type="submit" className="button button-primary w-full justify-center" disabled={busy}>
          {busy ? t('busy') : t('submit')}
        </button>
      </form>
    </div>
  )
}
