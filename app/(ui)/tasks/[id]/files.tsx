'use client'

import { CircleCheck, CircleX, Download, FileIcon } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useFormat } from '#components/format'
import { Empty } from '#components/states'
import { At } from '#components/time'
import type { File } from './queries'

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const shown = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))

function Check({ check }: { check: NonNullable<File['check']> }) {
  const t = useTranslations('task')
  const valid = check.result === 0
  const Icon = valid ? CircleCheck : CircleX
  return (
    <span className={`inline-flex items-center gap-1 ${valid ? 'text-good' : 'text-warn'}`}>
      <Icon aria-hidden className="size-4" />
      <span>{valid ? t('file.valid') : t('file.invalid', { code: check.result })}</span>
    </span>
  )
}

function More({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <details className="text-sm">
      <summary className="link w-fit cursor-pointer text-xs">{title}</summary>
      <div
        className="bg-sunken mt-1 max-h-64 overflow-auto rounded-lg p-3"
        role="region"
        aria-label={title}
        tabIndex={0}
      >
        {children}
      </div>
    </details>
  )
}

/** What a worker told of the file's content: pairs where it is an object, pictures and long texts cut. */
function Metadata({ info }: { info: Record<string, unknown> }) {
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 text-xs">
      {Object.entries(info).map(([key, value]) => (
        <div key={key} className="contents">
          <dt className="text-muted">{key}</dt>
          <dd dir="auto" className="break-words">
            {isRecord(value) ? <Metadata info={value} /> : shown(value).slice(0, 500)}
          </dd>
        </div>
      ))}
    </dl>
  )
}

function Whereabouts({ file }: { file: File }) {
  const t = useTranslations('task')
  if (file.status === 'failed') return <p className="text-bad text-xs">{t('file.uploadFailed')}</p>
  if (file.stored || file.status !== 'uploaded') return null
  return (
    <p className="text-muted text-xs break-all">
      {file.place === null ? t('file.deleted') : t('file.place', { place: file.place })}
    </p>
  )
}

export function Files({ title, files, ended }: { title: string; files: File[]; ended: boolean }) {
  const t = useTranslations('task')
  const format = useFormat()
  return (
    <section className="panel" aria-label={title}>
      <h2 className="border-line border-b px-4 py-3">{title}</h2>
      {files.length === 0 ? (
        <Empty title={ended ? t('file.none') : t('file.noneYet')} />
      ) : (
        <ul className="divide-line divide-y">
          {files.map((one) => (
            <li key={one.id} className="space-y-2 px-4 py-3 text-sm">
              <div className="flex items-start gap-2">
                <FileIcon aria-hidden className="text-muted mt-0.5 size-4 shrink-0" />
                <div className="min-w-0 flex-1">
                  <div className="font-medium break-all" dir="auto">
                    {one.name}
                  </div>
                  <div className="text-muted flex flex-wrap gap-x-3 text-xs">
                    {one.kind !== 'result' && <span>{t(`file.kind.${one.kind}`)}</span>}
                    <span>{format.bytes(one.size)}</span>
                    <span>{t(`file.status.${one.status}`)}</span>
                    {one.check !== null && <Check check={one.check} />}
                    {one.expiresAt !== null && (
                      <span>
                        {t('file.keptUntil')} <At date={one.expiresAt} />
                      </span>
                    )}
                    {one.cms && <span>{one.cms.succeeded ? t('file.catalogue') : t('file.catalogueFailed')}</span>}
                  </div>
                  <Whereabouts file={one} />
                </div>
              </div>
              {one.stored && (
                <a
                  className="button button-primary w-full justify-center"
                  href={`/api/farm/files/${one.id}`}
                  download={one.name}
                  aria-label={one.kind === 'result' ? t('file.downloadShort') : t('file.download', { name: one.name })}
                >
                  <Download aria-hidden className="size-4" /> {t('file.downloadShort')}
                </a>
              )}
              {isRecord(one.info) && (
                <More title={t('file.metadata')}>
                  <Metadata info={one.info} />
                </More>
              )}
              {one.check !== null && (one.check.log || one.check.details) ? (
                <More title={t('file.checkResults')}>
                  {one.check.log && <pre className="font-mono text-xs whitespace-pre-wrap">{one.check.log}</pre>}
                  {isRecord(one.check.details) && <Metadata info={one.check.details} />}
                </More>
              ) : null}
              {one.sha256 !== null && (
                <More title={t('file.sha256')}>
                  <code className="text-xs break-all">{one.sha256}</code>
                </More>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
