'use client'

import { Pencil, X } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { useFormat } from '#components/format'
import { Field } from '#components/form'
import { Loading, Problem } from '#components/states'
import { removeLimit, setLimit } from '#lib/contract/rules'
import { api, useMay } from '../../queries'
import { useChange } from '../../workers/queries'
import { useLimits } from '../queries'

type Form = { kind: 'platform' | 'host'; subject: string; total: string; perWorker: string }
const EMPTY: Form = { kind: 'platform', subject: '', total: '', perWorker: '' }

/** How many tasks of a platform, or that ask a web site, may run at once. */
export function Limits() {
  const t = useTranslations('admin.limits')
  const format = useFormat()
  const may = useMay('workers.update')
  const { data, error, isPending, refetch } = useLimits()
  const [form, setForm] = useState(EMPTY)
  const set = useChange(() => {
    const figure = (text: string) => (text.trim() === '' ? null : Number(text))
    return api.call(setLimit, {
      body: { kind: form.kind, subject: form.subject, total: figure(form.total), perWorker: figure(form.perWorker) },
    })
  })
  const remove = useChange((of: { kind: 'platform' | 'host'; subject: string }) => api.call(removeLimit, { query: of }))
  const shown = (value: number | null) => (value === null ? t('noFigure') : format.number(value))
  return (
    <div className="space-y-4">
      <p className="text-muted text-sm">{t('text')}</p>
      {may && (
        <form
          className="panel space-y-3 p-4"
          aria-label={t('set')}
          onSubmit={(event) => {
            event.preventDefault()
            set.mutate(undefined, { onSuccess: () => setForm(EMPTY) })
          }}
        >
          <div className="flex flex-wrap items-start gap-3">
            <Field label={t('kind')}>
              {(field) => (
                <select
                  {...field}
                  className="field"
                  value={form.kind}
                  onChange={(event) => setForm({ ...form, kind: event.target.value === 'host' ? 'host' : 'platform' })}
                >
                  <option value="platform">{t('kinds.platform')}</option>
                  <option value="host">{t('kinds.host')}</option>
                </select>
              )}
            </Field>
            <Field label={t('subject')} help={t('subjectHint')}>
              {(field) => (
                <input
                  {...field}
                  className="field"
                  required
                  value={form.subject}
                  onChange={(event) => setForm({ ...form, subject: event.target.value })}
                />
              )}
            </Field>
            {(['total', 'perWorker'] as const).map((key) => (
              <Field key={key} label={t(key)} help={t('figureHint')}>
                {(field) => (
                  <input
                    {...field}
                    type="number"
                    min={0}
                    max={1_000_000}
                    className="field w-28"
                    value={form[key]}
                    onChange={(event) => setForm({ ...form, [key]: event.target.value })}
                  />
                )}
              </Field>
            ))}
            <button type="submit" className="button mt-5" disabled={set.isPending}>
              {t('save')}
            </button>
          </div>
          {set.error !== null && <Problem error={set.error} />}
        </form>
      )}
      {remove.error !== null && <Problem error={remove.error} />}
      <section className="panel overflow-x-auto" aria-label={t('title')} tabIndex={0}>
        {isPending ? (
          <Loading rows={3} />
        ) : error !== null ? (
          <div className="p-4">
            <Problem error={error} retry={() => void refetch()} />
          </div>
        ) : data.items.length === 0 ? (
          <p className="text-muted px-4 py-3 text-sm">{t('none')}</p>
        ) : (
          <table className="data-table">
            <thead>
              <tr>
                {(['kind', 'subject', 'total', 'perWorker', 'by'] as const).map((key) => (
                  <th key={key} scope="col">
                    {t(key)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {data.items.map((one) => (
                <tr key={`${one.kind} ${one.subject}`}>
                  <td>{t(`kinds.${one.kind}`)}</td>
                  <td className="font-medium break-all">{one.subject}</td>
                  <td>{shown(one.total)}</td>
                  <td>{shown(one.perWorker)}</td>
                  <td className="text-muted">
                    <span className="flex items-center justify-between gap-2">
                      {one.author ?? t('environment')}
                      {may && (
                        <span className="flex">
                          <button
                            type="button"
                            className="hover:text-ink -my-1 p-1.5"
                            aria-label={t('edit', { subject: one.subject })}
                            onClick={() =>
                              setForm({
                                kind: one.kind,
                                subject: one.subject,
                                total: one.total === null ? '' : String(one.total),
                                perWorker: one.perWorker === null ? '' : String(one.perWorker),
                              })
                            }
                          >
                            <Pencil aria-hidden className="size-4" />
                          </button>
                          {one.author !== null && (
                            <button
                              type="button"
                              className="hover:text-bad -my-1 p-1.5"
                              aria-label={t('remove', { subject: one.subject })}
                              disabled={remove.isPending}
                              onClick={() => remove.mutate({ kind: one.kind, subject: one.subject })}
                            >
                              <X aria-hidden className="size-4" />
                            </button>
                          )}
                        </span>
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
