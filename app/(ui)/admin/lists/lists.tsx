'use client'

import { Plus, X } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs'
import { useState } from 'react'
import { Field } from '#components/form'
import { Loading, Problem } from '#components/states'
import { addManaged, removeManaged } from '#lib/contract/admin'
import { MANAGED_KINDS, type ManagedKind } from '#lib/core/managed'
import { api, useMay } from '../../queries'
import { useChange } from '../../workers/queries'
import { useManaged } from '../queries'

/** Values that forms offer, by kind. */
export function Lists() {
  const t = useTranslations('admin.lists')
  const may = useMay('task_types.update')
  const [{ kind, q }, set] = useQueryStates(
    { kind: parseAsStringLiteral(MANAGED_KINDS).withDefault('language'), q: parseAsString.withDefault('') },
    { history: 'replace' },
  )
  const { data, error, isPending, refetch } = useManaged(kind)
  const remove = useChange((value: string) => api.call(removeManaged, { params: { kind }, query: { value } }))
  const wanted = q.trim().toLowerCase()
  const all = data?.items ?? []
  const shown = all.filter((one) =>
    [one.value, one.label, one.native].some((text) => text.toLowerCase().includes(wanted)),
  )
  return (
    <div className="space-y-4">
      <p className="text-muted text-sm">{t('text')}</p>
      <div className="flex flex-wrap items-end gap-3">
        <div role="group" aria-label={t('kind')} className="flex flex-wrap gap-1">
          {MANAGED_KINDS.map((one) => (
            <button
              key={one}
              type="button"
              aria-pressed={kind === one}
              className="button aria-pressed:border-accent aria-pressed:bg-accent-soft"
              onClick={() => void set({ kind: one, q: null })}
            >
              {t(`kinds.${one}`)}
            </button>
          ))}
        </div>
        <Field label={t('search')}>
          {(field) => (
            <input
              {...field}
              type="search"
              className="field"
              value={q}
              onChange={(event) => void set({ q: event.target.value })}
            />
          )}
        </Field>
      </div>
      {may && <Add key={kind} kind={kind} />}
      {remove.error !== null && <Problem error={remove.error} />}
      <section className="panel overflow-x-auto" aria-label={t(`kinds.${kind}`)} tabIndex={0}>
        {isPending ? (
          <Loading />
        ) : error !== null ? (
          <div className="p-4">
            <Problem error={error} retry={() => void refetch()} />
          </div>
        ) : shown.length === 0 ? (
          <p className="text-muted px-4 py-3 text-sm">{t(all.length === 0 ? 'none' : 'noMatch')}</p>
        ) : (
          <table className="data-table">
            <thead>
              <tr>
                <th scope="col">{t('value')}</th>
                {kind === 'language' && <th scope="col">{t('label')}</th>}
                {kind === 'language' && <th scope="col">{t('native')}</th>}
                <th scope="col">{t('source')}</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((one) => (
                <tr key={one.value}>
                  <td className="font-medium break-all" dir="auto">
                    {one.value}
                  </td>
                  {kind === 'language' && <td dir="auto">{one.label}</td>}
                  {kind === 'language' && <td dir="auto">{one.native}</td>}
                  <td className="text-muted">
                    <span className="flex items-center justify-between gap-2">
                      {t(`sources.${one.source}`, { who: one.addedBy ?? '' })}
                      {may && one.source === 'added' && (
                        <button
                          type="button"
                          className="hover:text-bad -my-1 p-1.5"
                          aria-label={t('remove', { value: one.value })}
                          disabled={remove.isPending}
                          onClick={() => remove.mutate(one.value)}
                        >
                          <X aria-hidden className="size-4" />
                        </button>
                      )}
                    </span>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </section>
    </div>
  )
}

function Add({ kind }: { kind: ManagedKind }) {
  const t = useTranslations('admin.lists')
  const [value, setValue] = useState('')
  const [label, setLabel] = useState('')
  const [native, setNative] = useState('')
  const add = useChange(() =>
    api.call(addManaged, {
      params: { kind },
      body: { value, ...(label.trim() !== '' && { label }), ...(native.trim() !== '' && { native }) },
    }),
  )
  const empty = () => {
    setValue('')
    setLabel('')
    setNative('')
  }
  return (
    <form
      className="panel space-y-3 p-4"
      onSubmit={(event) => {
        event.preventDefault()
        add.mutate(undefined, { onSuccess: empty })
      }}
    >
      <div className="flex flex-wrap items-start gap-3">
        <Field label={t('value')} help={t(`hints.${kind}`)}>
          {(field) => (
            <input
              {...field}
              className="field"
              required
              dir="auto"
              value={value}
              onChange={(event) => setValue(event.target.value)}
            />
          )}
        </Field>
        {kind === 'language' && (
          <>
            <Field label={t('label')}>
              {(field) => (
                <input {...field} className="field" value={label} onChange={(event) => setLabel(event.target.value)} />
              )}
            </Field>
            <Field label={t('native')}>
              {(field) => (
                <input
                  {...field}
                  className="field"
                  dir="auto"
                  value={native}
                  onChange={(event) => setNative(event.target.value)}
                />
              )}
            </Field>
          </>
        )}
        <button type="submit" className="button mt-5" disabled={add.isPending}>
          <Plus aria-hidden className="size-4" /> {t('add')}
        </button>
      </div>
      {add.error !== null && <Problem error={add.error} />}
    </form>
  )
}
