'use client'

import { useTranslations } from 'next-intl'
import { useMemo } from 'react'
import { Combo } from '#components/combo'
import { useFormat } from '#components/format'
import { TagsInput } from '#components/tags-input'
import type { FieldErrors } from '#lib/core/error'
import { LANGUAGES } from '#lib/core/languages'
import { CHANNELS, OCCASIONS, PERIOD_FROM, PERIODICITIES, type Channel, type Occasion } from '#lib/core/schedule'
import type { useSuggestions, useRuns } from '../queries'
import { described, FieldFrame } from './field-frame'
import type { Draft } from './model'

type Suggested = NonNullable<ReturnType<typeof useSuggestions>['data']>
type Runs = NonNullable<ReturnType<typeof useRuns>['data']>['items']
export type SectionProps = {
  draft: Draft
  errors: FieldErrors
  suggested: Suggested | undefined
  set: (change: (draft: Draft) => Draft, place: string) => void
}

const GIB = 1024 ** 3
const native = (code: string): string | undefined => {
  try {
    return new Intl.DisplayNames([code], { type: 'language', fallback: 'none' }).of(code)
  } catch {
    return undefined
  }
}

export function Basics({ draft, errors, suggested, set }: SectionProps) {
  const t = useTranslations('editor')
  const put = <K extends keyof Draft>(key: K, value: Draft[K]) => set((before) => ({ ...before, [key]: value }), key)
  const used = useMemo(() => new Map(suggested?.languages.map((language) => [language.code, language])), [suggested])
  const languages = useMemo(() => {
    const known = new Set(LANGUAGES.map(({ code }) => code))
    const others = [...used.values()].filter(({ code }) => !known.has(code))
    return [...others.map(({ code, nameEn: name }) => ({ code, name })), ...LANGUAGES].map(({ code, name }) => ({
      value: code,
      label: name,
      hint: code,
    }))
  }, [used])
  const options = (values: readonly string[] | undefined) =>
    (values ?? []).map((value) => ({ value, label: value === '' ? '/' : value }))
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <div className="sm:col-span-2">
        <FieldFrame path="name" label={t('basics.name')} help={t('basics.nameHelp')} required complaints={errors.name}>
          <input
            {...described('name', errors.name)}
            dir="auto"
            className="field w-full"
            maxLength={200}
            value={draft.name}
            onChange={(event) => put('name', event.target.value)}
          />
        </FieldFrame>
      </div>
      <FieldFrame path="category" label={t('basics.category')} complaints={errors.category} labelled={false}>
        <Combo
          id="field-category"
          label={t('basics.category')}
          buttonLabel={t('open')}
          value={draft.category}
          options={options(suggested?.categories)}
          free
          invalid={errors.category !== undefined}
          onPick={(category) => put('category', category)}
        />
      </FieldFrame>
      <FieldFrame path="language" label={t('basics.language')} complaints={errors.language} labelled={false}>
        <Combo
          id="field-language"
          label={t('basics.language')}
          buttonLabel={t('open')}
          value={draft.language.code}
          options={
            languages.some(({ value }) => value === draft.language.code)
              ? languages
              : [{ value: draft.language.code, label: draft.language.nameEn, hint: draft.language.code }, ...languages]
          }
          onPick={(code) => {
            const name = LANGUAGES.find((language) => language.code === code)?.name ?? code
            put('language', used.get(code) ?? { code, nameEn: name, nameNative: native(code) ?? name })
          }}
        />
      </FieldFrame>
      <div className="sm:col-span-2">
        <TagsInput
          label={t('basics.tags')}
          addLabel={t('basics.addTag')}
          openLabel={t('open')}
          removeLabel={(tag) => t('basics.removeTag', { tag })}
          value={draft.tags}
          options={suggested?.tags ?? []}
          onChange={(tags) => put('tags', tags)}
        />
      </div>
      <FieldFrame path="periodicity" label={t('basics.periodicity')} help={t('basics.periodicityHelp')}>
        <select
          {...described('periodicity', undefined)}
          className="field w-full"
          value={draft.periodicity}
          onChange={(event) => put('periodicity', event.target.value as Draft['periodicity'])}
        >
          {PERIODICITIES.map((one) => (
            <option key={one} value={one}>
              {t(`periodicity.${one}`)}
            </option>
          ))}
        </select>
      </FieldFrame>
      <FieldFrame
        path="periodFrom"
        label={t('basics.periodFrom')}
        help={t(`basics.periodFromHelp.${draft.periodFrom}`)}
      >
        <select
          {...described('periodFrom', undefined)}
          className="field w-full"
          disabled={draft.periodicity === 'manually'}
          value={draft.periodFrom}
          onChange={(event) => put('periodFrom', event.target.value as Draft['periodFrom'])}
        >
          {PERIOD_FROM.map((one) => (
            <option key={one} value={one}>
              {t(`basics.from.${one}`)}
            </option>
          ))}
        </select>
      </FieldFrame>
      <label className="flex min-h-9 items-center gap-2 text-sm font-medium sm:col-span-2">
        <input
          type="checkbox"
          className="checkbox"
          checked={draft.enabled}
          onChange={(event) => put('enabled', event.target.checked)}
        />
        {t('basics.enabled')}
      </label>
      <div className="sm:col-span-2">
        <FieldFrame path="notes" label={t('basics.notes')} help={t('basics.notesHelp')}>
          <textarea
            {...described('notes', undefined)}
            dir="auto"
            className="field min-h-20 w-full"
            rows={3}
            maxLength={100_000}
            value={draft.notes}
            onChange={(event) => put('notes', event.target.value)}
          />
        </FieldFrame>
      </div>
      <div className="sm:col-span-2">
        <FieldFrame path="tickets" label={t('basics.tickets')} help={t('onePerLine')} complaints={errors.tickets}>
          <textarea
            {...described('tickets', errors.tickets)}
            dir="ltr"
            className="field w-full"
            rows={Math.max(1, draft.tickets?.length ?? 0)}
            placeholder="https://…"
            value={(draft.tickets ?? []).join('\n')}
            onChange={(event) =>
              put(
                'tickets',
                event.target.value.split(/[\s]+/).filter((ticket) => ticket !== ''),
              )
            }
          />
        </FieldFrame>
      </div>
    </div>
  )
}

/** The most that past runs took of something, in words. */
function useUsed(runs: Runs | undefined, pick: (run: Runs[number]) => number | null, show: (most: number) => string) {
  const t = useTranslations('editor')
  const values = (runs ?? []).flatMap((run) => pick(run) ?? [])
  if (values.length === 0) return undefined
  return t('running.used', { count: values.length, most: show(Math.max(...values)) })
}

export function Running({ draft, errors, suggested, set, runs }: SectionProps & { runs: Runs | undefined }) {
  const t = useTranslations('editor')
  const format = useFormat()
  const config = (change: Partial<Draft['config']>, place: string) =>
    set((before) => ({ ...before, config: { ...before.config, ...change } }), `config.${place}`)
  const resource = (key: 'cpu' | 'memory' | 'disk', text: string, unit: number) => {
    const value = Math.round(Number(text.replace(',', '.')) * unit)
    set((before) => ({ ...before, resources: { ...before.resources, [key]: value } }), `resources.${key}`)
  }
  const memory = useUsed(runs, ({ used }) => used.memory, format.bytes)
  const disk = useUsed(runs, ({ used }) => used.disk, format.bytes)
  const took = useUsed(
    runs,
    ({ startedAt, endedAt, status }) =>
      startedAt === null || endedAt === null || status !== 'succeeded'
        ? null
        : (new Date(endedAt).getTime() - new Date(startedAt).getTime()) / 1000,
    format.duration,
  )
  const options = (values: readonly string[] | undefined) => (values ?? []).map((value) => ({ value, label: value }))
  const sizes = [
    { key: 'cpu', unit: 1, label: t('running.cpu'), aside: took },
    { key: 'memory', unit: GIB, label: t('running.memory'), aside: memory },
    { key: 'disk', unit: GIB, label: t('running.disk'), aside: disk },
  ] as const
  return (
    <div className="grid gap-4 sm:grid-cols-3">
      {sizes.map(({ key, unit, label, aside }) => (
        <FieldFrame
          key={key}
          path={`resources.${key}`}
          label={label}
          aside={aside}
          complaints={errors[`resources.${key}`]}
        >
          <input
            {...described(`resources.${key}`, errors[`resources.${key}`])}
            className="field w-full"
            type="number"
            min={0}
            step="any"
            value={Number.isFinite(draft.resources[key]) ? Number((draft.resources[key] / unit).toFixed(3)) : ''}
            onChange={(event) => resource(key, event.target.value, unit)}
          />
        </FieldFrame>
      ))}
      <Combo
        id="field-platform"
        label={t('running.platform')}
        buttonLabel={t('open')}
        value={draft.platform ?? ''}
        placeholder={t('running.noPlatform')}
        options={options(suggested?.platforms)}
        free
        onPick={(platform) => set((before) => ({ ...before, platform: platform === '' ? null : platform }), 'platform')}
      />
      <Combo
        id="field-context"
        label={t('running.context')}
        buttonLabel={t('open')}
        value={draft.context}
        placeholder={t('running.anyContext')}
        options={options(suggested?.contexts)}
        free
        onPick={(context) => set((before) => ({ ...before, context }), 'context')}
      />
      <Combo
        id="field-config_warehousePath"
        label={t('running.warehousePath')}
        buttonLabel={t('open')}
        value={draft.config.warehousePath}
        options={options(suggested?.warehousePaths)}
        free
        onPick={(warehousePath) => config({ warehousePath }, 'warehousePath')}
      />
      {draft.config.image !== null && (
        <FieldFrame path="config.image" label={t('running.tag')} help={draft.config.image.name}>
          <input
            {...described('config.image', undefined)}
            dir="ltr"
            className="field w-full"
            value={draft.config.image.tag}
            onChange={(event) =>
              config({ image: { name: draft.config.image?.name ?? '', tag: event.target.value } }, 'image')
            }
          />
        </FieldFrame>
      )}
      <FieldFrame path="config.shm" label={t('running.shm')} help={t('running.shmHelp')}>
        <input
          {...described('config.shm', undefined)}
          className="field w-full"
          type="number"
          min={0}
          step="any"
          value={draft.config.shm === undefined ? '' : Number((draft.config.shm / GIB).toFixed(3))}
          onChange={(event) =>
            config({ shm: event.target.value === '' ? undefined : Math.round(Number(event.target.value) * GIB) }, 'shm')
          }
        />
      </FieldFrame>
      <FieldFrame path="config.artifactsGlobs" label={t('running.artifacts')} help={t('onePerLine')}>
        <textarea
          {...described('config.artifactsGlobs', undefined)}
          dir="ltr"
          className="field w-full"
          rows={2}
          value={(draft.config.artifactsGlobs ?? []).join('\n')}
          onChange={(event) => {
            const globs = event.target.value.split('\n').filter((line) => line.trim() !== '')
            config({ artifactsGlobs: globs.length === 0 ? undefined : globs }, 'artifactsGlobs')
          }}
        />
      </FieldFrame>
      <label className="flex min-h-9 items-center gap-2 text-sm font-medium sm:col-span-3">
        <input
          type="checkbox"
          className="checkbox"
          checked={draft.config.monitor}
          onChange={(event) => config({ monitor: event.target.checked }, 'monitor')}
        />
        {t('running.monitor')}
      </label>
    </div>
  )
}

export function Notices({ draft, errors, set, visible }: SectionProps & { visible: boolean }) {
  const t = useTranslations('editor')
  if (!visible) return <p className="text-muted text-sm">{t('notices.hidden')}</p>
  const put = (occasion: Occasion, channel: Channel, text: string) => {
    const targets = text.split('\n').filter((line) => line.trim() !== '')
    set((before) => {
      const channels = { ...before.notification?.[occasion] }
      if (targets.length === 0) delete channels[channel]
      else channels[channel] = targets
      const notification = { ...before.notification, [occasion]: channels }
      if (Object.keys(channels).length === 0) delete notification[occasion]
      return { ...before, notification: Object.keys(notification).length === 0 ? null : notification }
    }, `notification.${occasion}.${channel}`)
  }
  return (
    <div className="grid gap-4 sm:grid-cols-3">
      {OCCASIONS.map((occasion) => (
        <fieldset key={occasion} className="grid content-start gap-3">
          <legend className="mb-2 text-sm font-semibold">{t(`notices.occasion.${occasion}`)}</legend>
          {CHANNELS.map((channel) => {
            const path = `notification.${occasion}.${channel}`
            const why = Object.entries(errors).flatMap(([key, all]) => (key.startsWith(`${path}.`) ? all : []))
            const complaints = why.length > 0 ? why : undefined
            return (
              <FieldFrame key={channel} path={path} label={t(`notices.channel.${channel}`)} complaints={complaints}>
                <textarea
                  {...described(path, complaints)}
                  dir="ltr"
                  className="field w-full"
                  rows={Math.max(1, draft.notification?.[occasion]?.[channel]?.length ?? 1)}
                  placeholder={t(`notices.example.${channel}`)}
                  value={(draft.notification?.[occasion]?.[channel] ?? []).join('\n')}
                  onChange={(event) => put(occasion, channel, event.target.value)}
                />
              </FieldFrame>
            )
          })}
        </fieldset>
      ))}
    </div>
  )
}
