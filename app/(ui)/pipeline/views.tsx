'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Bookmark, Trash2, Users } from 'lucide-react'
import { useRouter, useSearchParams } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { useId, useState } from 'react'
import { PopoverButton } from '#components/menu'
import { Problem } from '#components/states'
import { deleteView, saveView } from '#lib/contract/saved-view'
import { api, useMay, useMe } from '../queries'
import { useViews } from './queries'
import { addressOf } from './state'

/** The saved views of the pipeline: open one, save what is shown, share it. */
export function Views() {
  const t = useTranslations('pipeline')
  const { data: me } = useMe()
  const signedIn = me !== null && me !== undefined
  return (
    <PopoverButton label={t('views.menu')} icon={Bookmark} text={t('views.label')}>
      {(close) => (
        <div className="w-72 max-w-full space-y-4">
          {signedIn ? <Menu onClose={close} /> : <p className="text-sm">{t('views.signIn')}</p>}
        </div>
      )}
    </PopoverButton>
  )
}

function Menu({ onClose }: { onClose: () => void }) {
  const t = useTranslations('pipeline')
  const router = useRouter()
  const queries = useQueryClient()
  const views = useViews('pipeline', true)
  const admin = useMay('users.update')
  const remove = useMutation({
    mutationFn: (id: string) => api.call(deleteView, { params: { id } }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['views'] }),
  })
  const items = views.data?.items ?? []
  return (
    <>
      {views.error !== null && <Problem error={views.error} />}
      {views.data !== undefined && items.length === 0 && <p className="text-muted text-sm">{t('views.none')}</p>}
      {[true, false].map((own) => {
        const some = items.filter((view) => view.own === own)
        if (some.length === 0) return null
        return (
          <section key={String(own)} aria-label={own ? t('views.mine') : t('views.shared')}>
            <h3 className="label mb-1">{own ? t('views.mine') : t('views.shared')}</h3>
            <ul>
              {some.map((view) => (
                <li key={view.id} className="flex items-center gap-2">
                  <button
                    type="button"
                    className="link min-h-8 min-w-0 flex-1 text-left text-sm break-words"
                    dir="auto"
                    onClick={() => {
                      onClose()
                      router.push(`/?${view.query}`)
                    }}
                  >
                    {view.name}
                  </button>
                  {own ? (
                    view.shared && <Users aria-label={t('views.shared')} className="text-muted size-4" />
                  ) : (
                    <span className="text-muted text-xs">{t('views.by', { name: view.owner })}</span>
                  )}
                  {(own || admin) && (
                    <button
                      type="button"
                      className="text-muted hover:text-bad p-1.5"
                      aria-label={t('views.delete', { name: view.name })}
                      onClick={() => remove.mutate(view.id)}
                    >
                      <Trash2 aria-hidden className="size-4" />
                    </button>
                  )}
                </li>
              ))}
            </ul>
          </section>
        )
      })}
      {remove.error !== null && <Problem error={remove.error} />}
      <Save />
    </>
  )
}

function Save() {
  const t = useTranslations('pipeline')
  const queries = useQueryClient()
  const search = useSearchParams()
  const [name, setName] = useState('')
  const [shared, setShared] = useState(false)
  const id = useId()
  const both = [useMay('requests.create'), useMay('schedules.update')]
  const save = useMutation({
    mutationFn: () =>
      api.call(saveView, {
        body: { screen: 'pipeline', name, query: addressOf(new URLSearchParams(search.toString())), shared },
      }),
    onSuccess: async () => {
      setName('')
      await queries.invalidateQueries({ queryKey: ['views'] })
    },
  })
  return (
    <form
      className="border-line space-y-2 border-t pt-3"
      onSubmit={(event) => {
        event.preventDefault()
        save.mutate()
      }}
    >
      <label className="label" htmlFor={id}>
        {t('views.save')}
      </label>
      <div className="flex gap-2">
        <input
          id={id}
          className="field min-w-0 flex-1 text-sm"
          placeholder={t('views.name')}
          maxLength={80}
          required
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <button type="submit" className="button button-primary" disabled={save.isPending}>
          {t('views.submit')}
        </button>
      </div>
      {both.includes(true) && (
        <label className="flex items-center gap-2 text-sm">
          <input
            type="checkbox"
            className="checkbox"
            checked={shared}
            onChange={(event) => setShared(event.target.checked)}
          />
          {t('views.share')}
        </label>
      )}
      <p role="status" className="text-good text-sm">
        {save.data !== undefined && t('views.saved', { name: save.data.name })}
      </p>
      {save.error !== null && <Problem error={save.error} />}
    </form>
  )
}
