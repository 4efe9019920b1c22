'use client'

import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { parseAsString, useQueryState } from 'nuqs'
import { Facts } from '#components/facts'
import { Fields } from '#components/fields'
import { useFormat } from '#components/format'
import { Loading, PageProblem } from '#components/states'
import { Ago } from '#components/time'
import { useLive } from '../../live'
import { PasteDefinition } from '../paste-definition'
import { useTaskType, useVersion } from '../queries'

type TaskType = NonNullable<ReturnType<typeof useTaskType>['data']>

function Versions({ type, shown, show }: { type: TaskType; shown: string; show: (version: string) => void }) {
  const t = useTranslations('schedules.types')
  return (
    <section className="panel" aria-label={t('versions')}>
      <h2 className="border-line border-b px-4 py-3">{t('versions')}</h2>
      <ul className="divide-line divide-y">
        {type.uses.map((use) => (
          <li
            key={use.version}
            className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 px-4 py-2.5 text-sm"
          >
            <span>
              <button
                type="button"
                className="link font-medium"
                aria-pressed={use.version === shown}
                onClick={() => show(use.version)}
              >
                {use.version}
              </button>
              {use.version === type.version && <span className="text-muted"> · {t('own')}</span>}
              <div className="text-muted text-xs">
                <Ago date={use.updatedAt} />
              </div>
            </span>
            <span className="text-right">
              {t('schedules', { count: use.schedules })}
              {use.rechecking && <span className="text-muted"> · {t('checking')}</span>}
              {use.invalid > 0 && (
                <Link
                  className="text-warn block underline"
                  href={`/schedules?show=invalid&type=${encodeURIComponent(type.id)}`}
                >
                  {t('invalid', { count: use.invalid })}
                </Link>
              )}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

export function TaskTypeView({ id }: { id: string }) {
  useLive()
  const t = useTranslations('schedules.types')
  const format = useFormat()
  const [wanted, setWanted] = useQueryState('version', parseAsString)
  const { data: type, error, isPending, refetch } = useTaskType(id)
  const shown = wanted ?? type?.version ?? ''
  const { data: version } = useVersion(id, shown)
  if (isPending) return <Loading />
  if (error !== null) return <PageProblem title={id} error={error} retry={() => void refetch()} />
  const definition = version?.definition
  return (
    <>
      <div className="mb-6 flex flex-wrap items-start justify-between gap-4">
        <div className="min-w-0">
          <p className="label">
            <Link href="/task-types" className="link">
              {t('title')}
            </Link>
          </p>
          <h1>{type.title}</h1>
          <p className="text-muted text-sm">{[type.id, type.description].filter(Boolean).join(' · ')}</p>
        </div>
        {(definition !== undefined || type.versions.length === 0) && (
          <PasteDefinition
            key={shown}
            type={type.id}
            given={{ version: type.builtin ? '' : shown, text: definition ? JSON.stringify(definition, null, 2) : '' }}
          />
        )}
      </div>
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <div className="min-w-0 space-y-2">
          <h2>{shown === '' ? t('fields') : t('fieldsOf', { version: shown })}</h2>
          {definition === undefined ? <Loading /> : <Fields fields={definition.fields} />}
        </div>
        <div className="space-y-4">
          <Versions type={type} shown={shown} show={(next) => void setWanted(next)} />
          {definition !== undefined && (
            <Facts
              title={t('how')}
              facts={[
                [t('as'), t(`executor.${definition.executor}`)],
                [t('program'), definition.executable],
                [t('image'), definition.image ?? t('none')],
                [t('cpu'), definition.resources.cpu],
                [t('memory'), format.bytes(definition.resources.memory)],
                [t('disk'), format.bytes(definition.resources.disk)],
                [t('atMost'), format.duration(definition.timeLimit)],
              ]}
            />
          )}
        </div>
      </div>
    </>
  )
}
