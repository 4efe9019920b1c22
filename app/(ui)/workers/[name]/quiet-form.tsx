'use client'

import { Plus, Trash2 } from 'lucide-react'
import { useLocale, useTranslations } from 'next-intl'
import { useState } from 'react'
import { Field } from '#components/form'
import { Problem } from '#components/states'
import type { QuietHours } from '#lib/core/quiet'
import { useConfigure, type Worker } from '../queries'

/** 1 is Monday: the names of the days in the reader's language. */
export function useDayNames(): (day: number) => string {
  const locale = useLocale()
  const format = new Intl.DateTimeFormat(locale, { weekday: 'short', timeZone: 'UTC' })
  return (day) => format.format(Date.UTC(2024, 0, day))
}

const DAYS = [1, 2, 3, 4, 5, 6, 7]
const zones = () => ('supportedValuesOf' in Intl ? Intl.supportedValuesOf('timeZone') : [])

/** The times of day in which a worker takes nothing. */
export function QuietForm({ worker, onClose }: { worker: Worker; onClose: () => void }) {
  const t = useTranslations('workers.actions')
  const dayName = useDayNames()
  const [hours, setHours] = useState<QuietHours>(
    worker.quiet?.hours ?? {
      zone: new Intl.DateTimeFormat().resolvedOptions().timeZone,
      spans: [{ days: [], from: '22:00', to: '06:00' }],
    },
  )
  const configure = useConfigure(worker.name)
  const save = (quietHours: QuietHours | null) =>
    configure.mutate(
      {
        quietHours: quietHours && {
          zone: quietHours.zone,
          spans: quietHours.spans.map((span) => ({ ...span, days: [...span.days] })),
        },
      },
      { onSuccess: onClose },
    )
  const setSpan = (index: number, change: Partial<QuietHours['spans'][number]>) =>
    setHours({ ...hours, spans: hours.spans.map((span, at) => (at === index ? { ...span, ...change } : span)) })
  return (
    <form
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault()
        save(hours.spans.length === 0 ? null : hours)
      }}
    >
      <p className="text-muted text-sm">{t('quietText')}</p>
      <Field label={t('zone')}>
        {(field) => (
          <input
            {...field}
            className="field"
            required
            list="zones"
            value={hours.zone}
            onChange={(event) => setHours({ ...hours, zone: event.target.value })}
          />
        )}
      </Field>
      <datalist id="zones">
        {zones().map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
      <ul className="space-y-3">
        {hours.spans.map((span, index) => (
          <li key={index} className="border-line space-y-2 rounded-lg border p-3">
            <div className="flex items-end gap-3">
              {(['from', 'to'] as const).map((edge) => (
                <Field key={edge} label={t(edge)}>
                  {(field) => (
                    <input
                      {...field}
                      type="time"
                      className="field"
                      required
                      value={span[edge]}
                      onChange={(event) => setSpan(index, { [edge]: event.target.value })}
                    />
                  )}
                </Field>
              ))}
              <button
                type="button"
                className="button ml-auto"
                aria-label={t('removeSpan')}
                onClick={() => setHours({ ...hours, spans: hours.spans.filter((_, at) => at !== index) })}
              >
                <Trash2 aria-hidden className="size-4" />
              </button>
            </div>
            <fieldset className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm">
              <legend className="label float-left mr-3 py-1">
                {t('days')}
                {span.days.length === 0 && `: ${t('everyDay')}`}
              </legend>
              {DAYS.map((day) => (
                <label key={day} className="flex min-h-6 items-center gap-1">
                  <input
                    type="checkbox"
                    className="size-4"
                    checked={span.days.includes(day)}
                    onChange={(event) =>
                      setSpan(index, {
                        days: event.target.checked
                          ? [...span.days, day].sort()
                          : span.days.filter((other) => other !== day),
                      })
                    }
                  />
                  {dayName(day)}
                </label>
              ))}
            </fieldset>
          </li>
        ))}
      </ul>
      <button
        type="button"
        className="button"
        onClick={() => setHours({ ...hours, spans: [...hours.spans, { days: [], from: '12:00', to: '14:00' }] })}
      >
        <Plus aria-hidden className="size-4" /> {t('addSpan')}
      </button>
      {configure.error !== null && <Problem error={configure.error} />}
      <div className="flex flex-wrap justify-end gap-2">
        {worker.quiet !== null && (
          <button type="button" className="button mr-auto" disabled={configure.isPending} onClick={() => save(null)}>
            {t('noQuiet')}
          </button>
        )}
        <button type="submit" className="button button-primary" disabled={configure.isPending}>
          {t('save')}
        </button>
      </div>
    </form>
  )
}
