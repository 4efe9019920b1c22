'use client'

import { useQueryClient } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { useState, useSyncExternalStore } from 'react'
import { Button } from '#components/button'
import { Dialog, DialogButtons } from '#components/dialog'
import { TextField } from '#components/form'
import { answerSession, sessionStore } from './session'
import { signIn } from './sign-in/auth'

function Form() {
  const t = useTranslations('common.sessionOver')
  const queries = useQueryClient()
  const [username, setUsername] = useState(sessionStore.username() ?? '')
  const [password, setPassword] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  async function submit() {
    setBusy(true)
    const refusal = await signIn(username, password).catch(() => t('noAnswer'))
    setBusy(false)
    setProblem(refusal)
    if (refusal !== null) return
    answerSession(true)
    await queries.invalidateQueries()
  }
  return (
    <form
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault()
        if (!busy) void submit()
      }}
    >
      <p>{t('text')}</p>
      <TextField label={t('name')} value={username} onChange={setUsername} autoComplete="username" required />
      <TextField
        label={t('password')}
        type="password"
        value={password}
        onChange={setPassword}
        autoComplete="current-password"
        required
        autoFocus
        error={problem}
      />
      <DialogButtons>
        <Button onClick={() => answerSession(false)}>{t('without')}</Button>
        <Button look="primary" type="submit" pending={busy}>
          {t('signIn')}
        </Button>
      </DialogButtons>
    </form>
  )
}

/** Asks to sign in again when the session is over, above whatever was being done. */
export function SignInAgain() {
  const t = useTranslations('common.sessionOver')
  const over = useSyncExternalStore(sessionStore.subscribe, sessionStore.isOver, () => false)
  return (
    <Dialog open={over} title={t('title')} onClose={() => answerSession(false)} firm>
      <Form />
    </Dialog>
  )
}
