'use client'

import { CircleAlert } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { complaintText } from './complaint-text'

/** The id of the control of a place, so that a list of problems can lead to it. */
export const controlId = (path: string) => `field-${path.replace(/[^\w-]/g, '_')}`

/** What stands around a control: its label, its help, its counter, its complaints; `describe` are the ids for the control. */
export function FieldFrame({
  path,
  label,
  help,
  required,
  secret,
  count,
  aside,
  complaints,
  labelled = true,
  children,
}: {
  path: string
  label: string
  help?: string
  required?: boolean
  secret?: boolean
  count?: { length: number; limit: number }
  aside?: React.ReactNode
  complaints?: readonly string[]
  /** False where the control brings its own label. */
  labelled?: boolean
  children: React.ReactNode
}) {
  const t = useTranslations('editor')
  const id = controlId(path)
  const over = count !== undefined && count.length > count.limit
  const say = (key: string, values: Record<string, string>) => t(`complaints.${key}` as 'complaints.required', values)
  return (
    <div className="grid min-w-0 content-start gap-1" data-field={path}>
      <div className="flex flex-wrap items-baseline justify-between gap-x-3">
        {labelled ? (
          <label className="label" htmlFor={id}>
            {label}
            {required === true && <span className="text-warn"> {t('required')}</span>}
            {secret === true && <span> · {t('secret')}</span>}
          </label>
        ) : (
          <span />
        )}
        {count !== undefined && (
          <span className={`text-xs ${over ? 'text-bad font-medium' : 'text-muted'}`}>
            <span aria-hidden>{`${count.length}/${count.limit}`}</span>
            <span className="sr-only">{t('counter', { length: count.length, limit: count.limit })}</span>
          </span>
        )}
      </div>
      {children}
      {aside !== undefined && <div className="text-muted text-xs">{aside}</div>}
      {help !== undefined && help !== '' && (
        <p id={`${id}-help`} className="text-muted text-xs">
          {help}
        </p>
      )}
      <div id={`${id}-why`} aria-live="polite">
        {complaints?.map((complaint) => (
          <p key={complaint} className="text-bad flex items-start gap-1 text-xs font-medium">
            <CircleAlert aria-hidden className="mt-0.5 size-3.5 shrink-0" />
            {complaintText(say, complaint)}
          </p>
        ))}
      </div>
    </div>
  )
}

/** What a control needs to be told of its frame. */
export const described = (path: string, complaints: readonly string[] | undefined) => {
  const id = controlId(path)
  return {
    id,
    'aria-describedby': `${id}-help ${id}-why`,
    'aria-invalid': complaints !== undefined && complaints.length > 0 ? true : undefined,
  }
}
