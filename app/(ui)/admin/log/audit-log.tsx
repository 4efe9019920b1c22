'use client'

import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { parseAsString, useQueryStates } from 'nuqs'
import { useDeferredValue } from 'react'
import { useFormat } from '#components/format'
import { Field } from '#components/form'
import { ListPanel } from '#components/list-panel'
import { Empty } from '#components/states'
import { At } from '#components/time'
import { useAudit, useAuditKinds } from '../queries'

const STATE = {
  actor: parseAsString.withDefault(''),
  kind: parseAsString.withDefault(''),
  from: parseAsString.withDefault(''),
  to: parseAsString.withDefault(''),
  worker: parseAsString.withDefault(''),
  schedule: parseAsString.withDefault(''),
  task: parseAsString.withDefault(''),
}
/** What a field for a time gives, as an instant; what is none counts as nothing. */
const instant = (local: string) => {
  const date = new Date(local)
  return local === '' || Number.isNaN(date.getTime()) ? undefined : date.toISOString()
}
const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i

/** Who did what, when and to what; the filters are in the address. */
export function AuditLog() {
  const t = useTranslations('admin.log')
  const [state, set] = useQueryStates(STATE, { history: 'replace', throttleMs: 300 })
  const filtered = Object.values(state).some((value) => value !== '')
  const list = useAudit(
    useDeferredValue({
      actor: state.actor || undefined,
      kind: state.kind === '' ? undefined : [state.kind],
      from: instant(state.from),
      to: instant(state.to),
      worker: state.worker || undefined,
      schedule: state.schedule || undefined,
      task: UUID.test(state.task) ? state.task : undefined,
    }),
  )
  const { data: kinds } = useAuditKinds()
  const groups = [...new Set((kinds?.items ?? []).map((kind) => kind.split('.')[0] ?? kind))]
  const entries = list.data?.pages.flatMap((page) => page.items) ?? []
  const input = (key: keyof typeof STATE, hint?: string) => (
    <Field key={key} label={t(key === 'actor' ? 'who' : key === 'kind' ? 'what' : key)}>
      {(field) => (
        <input
          {...field}
          className="field w-40"
          placeholder={hint}
          type={key === 'from' || key === 'to' ? 'datetime-local' : 'text'}
          value={state[key]}
          onChange={(event) => void set({ [key]: event.target.value || null })}
        />
      )}
    </Field>
  )
  return (
    <div className="space-y-4">
      <p className="text-muted text-sm">{t('text')}</p>
      <section aria-label={t('filters')} className="flex flex-wrap items-end gap-3">
        {input('actor', t('whoHint'))}
        <Field label={t('what')}>
          {(field) => (
            <select
              {...field}
              className="field w-44"
              value={state.kind}
              onChange={(event) => void set({ kind: event.target.value || null })}
            >
              <option value="">{t('anything')}</option>
              {groups.map((group) => (
                <optgroup key={group} label={group}>
                  <option value={group}>{group}.*</option>
                  {(kinds?.items ?? [])
                    .filter((kind) => kind.startsWith(`${group}.`))
                    .map((kind) => (
                      <option key={kind} value={kind}>
                        {kind}
                      </option>
                    ))}
                </optgroup>
              ))}
            </select>
          )}
        </Field>
        {input('from')}
        {input('to')}
        {input('worker')}
        {input('schedule')}
        {input('task', t('taskHint'))}
        {filtered && (
          <button type="button" className="link min-h-9 text-sm" onClick={() => void set(null)}>
            {t('clear')}
          </button>
        )}
      </section>
      <ListPanel
        label={t('details')}
        query={list}
        empty={
          entries.length === 0 ? (
            <Empty title={t('none')}>
              <p>{t('noneText')}</p>
            </Empty>
          ) : null
        }
      >
        <div className="overflow-x-auto" role="region" aria-label={t('what')} tabIndex={0}>
          <table className="data-table">
            <thead>
              <tr>
                {(['when', 'who', 'what', 'about', 'details'] as const).map((key) => (
                  <th key={key} scope="col">
                    {t(key)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {entries.map((one) => (
                <tr key={one.id}>
                  <td className="whitespace-nowrap">
                    <At date={one.at} />
                  </td>
                  <td className="min-w-24 break-words">{one.actor}</td>
                  <td>
                    <code className="text-[0.92em]">{one.kind}</code>
                  </td>
                  <td className="min-w-32 break-words">
                    <Subject entry={one} />
                  </td>
                  <td className="text-muted min-w-48 text-xs break-words" dir="auto">
                    <Details data={one.data} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </ListPanel>
    </div>
  )
}

type Entry = NonNullable<ReturnType<typeof useAudit>['data']>['pages'][number]['items'][number]

function Subject({ entry }: { entry: Entry }) {
  const { worker, schedule, task, taskId } = entry
  const links: [string, string][] = [
    ...(taskId === null ? [] : [[`/tasks/${taskId}`, task ?? taskId.slice(0, 8)] as [string, string]]),
    ...(schedule === null || taskId !== null
      ? []
      : [[`/schedules/${encodeURIComponent(schedule)}`, schedule] as [string, string]]),
    ...(worker === null ? [] : [[`/workers/${encodeURIComponent(worker)}`, worker] as [string, string]]),
  ]
  return links.map(([href, name]) => (
    <Link key={href} className="link block min-h-6 py-0.5" href={href}>
      {name}
    </Link>
  ))
}

const shown = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : Array.isArray(value)
      ? value.map(shown).join(', ')
      : value === null
        ? '–'
        : JSON.stringify(value)

function Details({ data }: { data: Record<string, unknown> }) {
  const format = useFormat()
  const entries = Object.entries(data)
  if (entries.length === 0) return null
  return (
    <>
      {entries.map(([key, value]) => (
        <span key={key} className="block">
          {key}: {typeof value === 'number' ? format.number(value) : shown(value)}
        </span>
      ))}
    </>
  )
}
