'use client'

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Redo2, Undo2 } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { Loading, PageProblem, Problem } from '#components/states'
import { Ago } from '#components/time'
import { createSchedule, getSchedule, updateSchedule } from '#lib/contract/schedule'
import { listScheduleHistory } from '#lib/contract/schedule-history'
import { getTaskType } from '#lib/contract/task-type'
import { CroftError, type FieldErrors } from '#lib/core/error'
import { mergeSnapshots, type Merged } from '#lib/core/merge'
import type { ParamValue } from '#lib/core/schedule'
import { api, useMay } from '../../queries'
import { useVersion } from '../../task-types/queries'
import { useRuns, useSuggestions } from '../queries'
import { dropDraft, keepDraft, keptDraft, type Kept } from './draft-store'
import { described, FieldFrame } from './field-frame'
import { LeaveGuard } from './leave-guard'
import { MergePanel } from './merge-panel'
import { changeBody, changesOf, complaintsAbout, createBody, toDraft, type Draft, type Schedule } from './model'
import { ParamsSection } from './params-section'
import { Review } from './review'
import { Basics, Notices, Running } from './sections'
import { Command, NextRuns, Problems, Similar } from './sidebar'
import { usePlaceName } from './use-place-name'
import { useTrial } from './use-trial'
import { useUndo } from './use-undo'

type Merge = { theirs: Schedule; who: string; result: Merged }

const without = (errors: FieldErrors, key: string): FieldErrors =>
  Object.fromEntries(Object.entries(errors).filter(([path]) => path !== key))

/** Who saved a schedule last; empty for those who may not read histories. */
const lastAuthor = (name: string) =>
  api
    .call(listScheduleHistory, { params: { name }, query: { limit: 1 } })
    .then(({ items }) => items[0]?.author ?? '')
    .catch(() => '')

/**
 * Edits one schedule, or makes one. `latest` is the schedule as it is stored now, and changes while somebody else saves;
 * `start` is what a new one begins with.
 */
export function Editor({
  account,
  subject,
  start,
  latest,
  copyOf,
}: {
  account: string
  subject: string
  start: Draft
  latest: Schedule | null
  copyOf?: string
}) {
  const t = useTranslations('editor')
  const router = useRouter()
  const queries = useQueryClient()
  const [base, setBase] = useState(start)
  const [version, setVersion] = useState(latest?.version ?? 0)
  const { draft, set, undo, redo, restart, canUndo, canRedo } = useUndo(start)
  const [back, setBack] = useState<Kept | null>(null)
  const [reviewing, setReviewing] = useState(false)
  const [merge, setMerge] = useState<Merge | null>(null)
  const [serverErrors, setServerErrors] = useState<FieldErrors>({})
  const [saved, setSaved] = useState(false)
  const seesReceivers = useMay('schedules.secrets')

  const version_ = useVersion(draft.taskType, draft.definitionVersion)
  const definition = version_.data?.definition
  const check = version_.data?.check
  const type = useQuery({
    queryKey: ['taskTypes', draft.taskType],
    queryFn: () => api.call(getTaskType, { params: { id: draft.taskType } }),
  })
  const suggested = useSuggestions().data
  const runs = useRuns(latest === null ? null : latest.name).data?.items
  const nameOf = usePlaceName(definition)
  const trial = useTrial(draft, {
    schedule: latest?.id ?? copyOf ?? null,
    definition,
    blobUrl: check?.blobUrl ?? '',
    enabled: !saved,
  })

  const fresh = latest === null
  const changes = useMemo(() => changesOf(base, draft), [base, draft])
  const dirty = changes.length > 0 && !saved
  const errors = useMemo<FieldErrors>(() => {
    if (definition === undefined || check === undefined) return {}
    const own = complaintsAbout(definition, draft, check)
    const known = { ...trial.data?.fields, ...serverErrors }
    const told = Object.entries(known).filter(([path]) => !path.startsWith('config.params.'))
    const taken: FieldErrors = copyOf !== undefined && draft.name.trim() === copyOf ? { name: ['is taken'] } : {}
    return { ...Object.fromEntries(told), ...taken, ...own }
  }, [check, copyOf, definition, draft, serverErrors, trial.data])

  // What was not saved comes back; if the schedule was saved meanwhile, both go together.
  const restored = useRef(false)
  useEffect(() => {
    if (restored.current) return
    restored.current = true
    const kept = keptDraft(account, subject)
    if (kept === null) return
    setBack(kept)
    if (kept.version === (latest?.version ?? 0)) {
      set(() => kept.draft)
      return
    }
    const result = mergeSnapshots(kept.base, start, kept.draft)
    if (result.conflicts.length === 0) set(() => result.merged)
    else if (latest !== null) {
      setBase(kept.base)
      setVersion(kept.version)
      set(() => kept.draft)
      void lastAuthor(latest.name).then((who) => setMerge({ theirs: latest, who, result }))
    }
  }, [account, latest, set, start, subject])

  useEffect(() => {
    if (!restored.current || saved) return
    const timer = setTimeout(() => {
      if (changes.length > 0) keepDraft(account, subject, { version, base, draft }, definition)
      else dropDraft(account, subject)
    }, 300)
    return () => clearTimeout(timer)
  }, [account, base, changes, definition, draft, saved, subject, version])

  // Whoever has changed nothing simply sees what somebody else saved.
  useEffect(() => {
    if (latest === null || latest.version <= version || changes.length > 0 || merge !== null || saved) return
    setBase(start)
    setVersion(latest.version)
    restart(start)
  }, [changes, latest, merge, restart, saved, start, version])

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey)) return
      const key = event.key.toLowerCase()
      if (key === 's') {
        event.preventDefault()
        setReviewing(true)
      }
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])

  const mergeWith = async (theirs: Schedule, mine: Draft) => {
    const result = mergeSnapshots(base, toDraft(theirs), mine)
    setReviewing(false)
    setMerge({ theirs, who: await lastAuthor(theirs.name), result })
  }
  const save = useMutation({
    mutationFn: async (comment: string) => {
      if (latest === null) return api.call(createSchedule, { body: createBody(draft, { copyOf, comment }) })
      try {
        return await api.call(updateSchedule, {
          params: { name: latest.id },
          body: changeBody(base, draft, version, comment),
        })
      } catch (error) {
        if (!(error instanceof CroftError) || error.code !== 'conflict' || error.fields.name !== undefined) throw error
        const theirs = await api.call(getSchedule, { params: { name: latest.id }, query: { secrets: 'false' } })
        await mergeWith(theirs, draft)
        return null
      }
    },
    onSuccess: async (schedule) => {
      if (schedule === null) return
      setSaved(true)
      setReviewing(false)
      dropDraft(account, subject)
      await queries.invalidateQueries({ queryKey: ['schedules'] })
      await queries.invalidateQueries({ queryKey: ['schedule'] })
      router.push(`/schedules/${encodeURIComponent(schedule.name)}`)
    },
    onError: (error) => {
      if (error instanceof CroftError) setServerErrors(error.fields)
    },
  })

  const onParam = useCallback(
    (key: string, value: ParamValue | undefined) => {
      setServerErrors((before) => without(before, `config.params.${key}`))
      set((before) => {
        const params = { ...before.config.params }
        if (value === undefined) delete params[key]
        else params[key] = value
        return { ...before, config: { ...before.config, params } }
      }, `config.params.${key}`)
    },
    [set],
  )
  const onSection = useCallback(
    (change: (draft: Draft) => Draft, place: string) => {
      setServerErrors((before) => without(before, place))
      set(change, place)
    },
    [set],
  )

  if (version_.error !== null)
    return <PageProblem title={draft.name} error={version_.error} retry={() => void version_.refetch()} />
  if (definition === undefined || check === undefined) return <Loading rows={8} />
  const section = { draft, errors, suggested, set: onSection }
  const problems = Object.keys(errors).length
  const overtaken = dirty && latest !== null && latest.version > version && merge === null && !saved && !save.isPending
  return (
    <>
      <LeaveGuard
        dirty={dirty}
        onDiscard={() => dropDraft(account, subject)}
        onKeep={() => keepDraft(account, subject, { version, base, draft }, definition)}
      />
      <div className="space-y-4 pb-24">
        {back !== null && dirty && (
          <div role="status" className="bg-accent-soft flex flex-wrap items-center gap-3 rounded-lg px-4 py-2 text-sm">
            <span className="grow">
              {t('draft.back')} (<Ago date={back.at} />)
              {back.lostSecrets.length > 0 && ` ${t('draft.secrets', { fields: back.lostSecrets.join(', ') })}`}
            </span>
            <button
              type="button"
              className="button"
              onClick={() => {
                restart(start)
                setBase(start)
                setVersion(latest?.version ?? 0)
                setMerge(null)
                setBack(null)
                dropDraft(account, subject)
              }}
            >
              {t('draft.drop')}
            </button>
          </div>
        )}
        {overtaken && (
          <div
            role="alert"
            className="border-warn/50 bg-panel flex flex-wrap items-center gap-3 rounded-lg border px-4 py-2 text-sm"
          >
            <span className="grow">{t('merge.overtaken', { version: latest.version })}</span>
            <button type="button" className="button" onClick={() => void mergeWith(latest, draft)}>
              {t('merge.see')}
            </button>
          </div>
        )}
        {merge !== null && (
          <MergePanel
            key={merge.theirs.version}
            result={merge.result}
            who={merge.who === '' ? t('merge.somebody') : merge.who}
            version={merge.theirs.version}
            nameOf={nameOf}
            onUse={(merged) => {
              setBase(toDraft(merge.theirs))
              setVersion(merge.theirs.version)
              set(() => merged)
              setMerge(null)
              save.reset()
            }}
          />
        )}
        <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,2fr)_minmax(18rem,1fr)]">
          <div className="min-w-0 space-y-4">
            <section className="panel p-4 sm:p-5" aria-label={t('section.basics')}>
              <h2 className="mb-4">{t('section.basics')}</h2>
              <Basics {...section} />
            </section>
            <section className="panel p-4 sm:p-5" aria-label={t('section.params')}>
              <div className="mb-4 flex flex-wrap items-end justify-between gap-3">
                <h2>{t('section.params')}</h2>
                <FieldFrame path="definitionVersion" label={t('definitionVersion', { type: draft.taskType })}>
                  <select
                    {...described('definitionVersion', undefined)}
                    className="field"
                    value={draft.definitionVersion}
                    onChange={(event) =>
                      set((before) => ({ ...before, definitionVersion: event.target.value }), 'definitionVersion')
                    }
                  >
                    {[...new Set([draft.definitionVersion, ...(type.data?.versions ?? [])])].map((one) => (
                      <option key={one}>{one}</option>
                    ))}
                  </select>
                </FieldFrame>
              </div>
              <ParamsSection
                definition={definition}
                check={check}
                draft={draft}
                errors={errors}
                schedule={latest?.id ?? null}
                onChange={onParam}
              />
            </section>
            <section className="panel p-4 sm:p-5" aria-label={t('section.running')}>
              <h2 className="mb-4">{t('section.running')}</h2>
              <Running {...section} runs={runs} />
            </section>
            <section className="panel p-4 sm:p-5" aria-label={t('section.notices')}>
              <h2 className="mb-4">{t('section.notices')}</h2>
              <Notices {...section} visible={seesReceivers} />
            </section>
          </div>
          <aside className="space-y-4 lg:sticky lg:top-18" aria-label={t('aside')}>
            <Problems errors={errors} nameOf={nameOf} />
            <NextRuns draft={draft} schedule={latest} />
            <Command command={trial.data?.command} />
            <Similar similar={trial.data?.similar ?? []} />
            {trial.error !== null && <Problem error={trial.error} />}
          </aside>
        </div>
      </div>
      <div
        role="region"
        aria-label={t('bar')}
        className="border-line bg-panel fixed inset-x-0 bottom-14 z-20 border-t sm:bottom-0"
      >
        <div className="mx-auto flex max-w-7xl flex-wrap items-center gap-2 px-4 py-2.5">
          <span className="text-sm" role="status">
            {dirty ? t('changed', { count: changes.length }) : t('unchanged')}
          </span>
          {problems > 0 && (
            <a className="text-bad text-sm font-medium underline" href="#problems">
              {t('problemCount', { count: problems })}
            </a>
          )}
          <div className="ml-auto flex flex-wrap gap-2">
            <button type="button" className="button" disabled={!canUndo} onClick={undo} aria-label={t('undo')}>
              <Undo2 aria-hidden className="size-4" />
              <span className="hidden sm:inline">{t('undo')}</span>
            </button>
            <button type="button" className="button" disabled={!canRedo} onClick={redo} aria-label={t('redo')}>
              <Redo2 aria-hidden className="size-4" />
              <span className="hidden sm:inline">{t('redo')}</span>
            </button>
            <button
              type="button"
              className="button button-primary"
              disabled={(!dirty && !fresh) || merge !== null || saved}
              onClick={() => {
                save.reset()
                setReviewing(true)
              }}
            >
              {t(fresh ? 'reviewNew' : 'reviewSave')}
            </button>
          </div>
        </div>
      </div>
      {reviewing && merge === null && (
        <Review
          changes={changes}
          problems={problems}
          fresh={fresh}
          nameOf={nameOf}
          pending={save.isPending}
          error={save.error}
          onSave={(comment) => save.mutate(comment)}
          onClose={() => setReviewing(false)}
        />
      )}
    </>
  )
}
