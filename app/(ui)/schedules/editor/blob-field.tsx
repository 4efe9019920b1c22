'use client'

import { useMutation } from '@tanstack/react-query'
import { FileUp, Trash2 } from 'lucide-react'
import { useTranslations } from 'next-intl'
import dynamic from 'next/dynamic'
import { useId, useState } from 'react'
import { useFormat } from '#components/format'
import { Problem } from '#components/states'
import { saveBlob } from '#lib/contract/blob'
import { api } from '../../queries'
import { described } from './field-frame'
import { isPending } from './model'
import type { FieldProps } from './param-field'

const CropDialog = dynamic(() => import('./crop').then((module) => module.CropDialog), { ssr: false })
const ACCEPT = {
  image: 'image/*',
  illustration: 'image/*',
  css: '.css,text/css',
  html: '.html,text/html',
  txt: '.txt,text/plain',
}

const dataUrl = (file: File) =>
  new Promise<string>((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(typeof reader.result === 'string' ? reader.result : '')
    reader.onerror = () => reject(reader.error ?? new Error(file.name))
    reader.readAsDataURL(file)
  })

/** A small file of the schedule: uploaded at once, or, while there is no schedule, together with it. */
export function BlobField({ field, value, complaints, schedule, blobMaxSize, onChange }: FieldProps) {
  const t = useTranslations('editor.blob')
  const format = useFormat()
  const input = useId()
  const [file, setFile] = useState<File | null>(null)
  const control = described(`config.params.${field.key}`, complaints)
  const { kind = 'txt' } = field
  const picture = kind === 'image' || kind === 'illustration'
  const save = useMutation({
    mutationFn: async (data: string) => {
      if (schedule === null) return data
      const blob = await api.call(saveBlob, { params: { name: schedule }, body: { field: field.key, kind, data } })
      return blob.url
    },
    onSuccess: (address) => onChange(field.key, address),
  })
  const chosen = async (next: File | undefined) => {
    if (next === undefined) return
    if (picture) setFile(next)
    else save.mutate(await dataUrl(next))
  }
  const text = typeof value === 'string' ? value : ''
  return (
    <div className="grid gap-2">
      <div className="flex flex-wrap items-center gap-3">
        {picture && text !== '' && (
          <img
            src={text}
            alt={t('current')}
            className="border-line bg-sunken size-12 rounded-md border object-contain"
          />
        )}
        <label htmlFor={input} className="button focus-within:outline-accent focus-within:outline-2">
          <FileUp aria-hidden className="size-4" />
          {t(text === '' ? 'choose' : 'replace')}
          <input
            id={input}
            type="file"
            className="sr-only"
            aria-label={`${field.label}: ${t('choose')}`}
            accept={ACCEPT[kind]}
            onChange={(event) => {
              void chosen(event.target.files?.[0])
              event.target.value = ''
            }}
          />
        </label>
        {text !== '' && (
          <button type="button" className="button button-danger" onClick={() => onChange(field.key, undefined)}>
            <Trash2 aria-hidden className="size-4" /> {t('remove')}
            <span className="sr-only"> {field.label}</span>
          </button>
        )}
        <span className="text-muted text-xs">
          {save.isPending
            ? t('sending')
            : isPending(value)
              ? t('later')
              : t('limit', { size: format.bytes(blobMaxSize) })}
        </span>
      </div>
      {!isPending(value) && (
        <input
          {...control}
          dir="ltr"
          className="field w-full"
          inputMode="url"
          spellCheck={false}
          placeholder={field.allowRemoteUrl === true ? 'https://…' : undefined}
          readOnly={field.allowRemoteUrl !== true}
          value={text}
          onChange={(event) => onChange(field.key, event.target.value === '' ? undefined : event.target.value)}
        />
      )}
      {save.error !== null && <Problem error={save.error} />}
      {file !== null && (
        <CropDialog
          file={file}
          square={kind === 'illustration'}
          onClose={() => setFile(null)}
          onDone={(data) => {
            setFile(null)
            save.mutate(data)
          }}
        />
      )}
    </div>
  )
}
