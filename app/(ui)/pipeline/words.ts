'use client'

import { useTranslations } from 'next-intl'
import { useMemo } from 'react'
import { useFormat } from '#components/format'
import type { Reason } from '#lib/core/matching'
import type { Resources } from '#lib/core/resources'
import type { Change } from '#lib/core/suggest'

/** Reasons and changes of `decide` in the reader's words; what follows a worker's name. */
export function useWords() {
  const t = useTranslations('pipeline')
  const format = useFormat()
  return useMemo(() => {
    const amount = (resource: string, value: number) =>
      resource === 'cpu'
        ? t('change.cores', { n: value })
        : t(resource === 'disk' ? 'change.disk' : 'change.memory', { n: format.bytes(value) })
    const figure = (resource: string, value: number) => (resource === 'cpu' ? String(value) : format.bytes(value))
    const amounts = (resources: Partial<Resources>) =>
      format.list(
        Object.entries(resources)
          .filter(([, value]) => value > 0)
          .map(([resource, value]) => amount(resource, value)),
      )

    function reason(one: Reason): string {
      switch (one.code) {
        case 'not_before':
          return t('obstacle.not_before', { at: format.at(one.at) })
        case 'task_type':
          return t('obstacle.task_type', { taskType: one.taskType })
        case 'too_big':
          if (one.resource === 'cpu') return t('obstacle.too_big_cpu', { total: one.total, need: one.need })
          return t(one.resource === 'disk' ? 'obstacle.too_big_disk' : 'obstacle.too_big_memory', {
            total: figure(one.resource, one.total),
            need: figure(one.resource, one.need),
          })
        case 'busy':
          if (one.resource === 'cpu') return t('obstacle.busy_cpu', { free: one.free, need: one.need })
          return t(one.resource === 'disk' ? 'obstacle.busy_disk' : 'obstacle.busy_memory', {
            free: figure(one.resource, one.free),
            need: figure(one.resource, one.need),
          })
        case 'context':
          return t('obstacle.context', { context: one.context })
        case 'context_address':
          return t('obstacle.context_address', { context: one.context })
        case 'paused':
          return t('obstacle.paused', {
            what: one.scope,
            author: one.author,
            until: one.until === null ? 'none' : format.at(one.until),
            why: one.reason,
          })
        case 'breaker':
          return t('obstacle.breaker', {
            what: one.kind,
            failures: one.failures,
            probing: String(one.probing),
            at: format.at(one.retryAt),
          })
        case 'platform_total':
        case 'platform_worker':
          return t(`obstacle.${one.code}`, { running: one.running, limit: one.limit, platform: one.platform })
        case 'host_total':
        case 'host_worker':
          return t(`obstacle.${one.code}`, { running: one.running, limit: one.limit, host: one.host })
        case 'queue':
          return t('obstacle.queue', { ahead: one.ahead })
        case 'planned':
          return one.worker === undefined
            ? t('obstacle.planned_somewhere', { at: format.at(one.startsAt) })
            : t('obstacle.planned', { worker: one.worker, at: format.at(one.startsAt) })
        case 'quiet':
          return t('obstacle.quiet', { until: format.at(one.until) })
        case 'pinned_elsewhere':
        case 'selfish':
        case 'disabled':
        case 'cordoned':
        case 'offline':
        case 'behind':
          return t(`obstacle.${one.code}`)
      }
    }
    function change(one: Change): string {
      switch (one.kind) {
        case 'end_pause':
          return t('change.end_pause', { what: one.scope, subject: one.subject })
        case 'reset_breaker':
          return t('change.reset_breaker', { subject: one.subject })
        case 'raise_limit':
          return t('change.raise_limit', { subject: one.subject, to: one.to })
        case 'raise_priority':
          return t('change.raise_priority', { to: one.to })
        case 'free':
          return t('change.free', { amounts: amounts(one.resources) })
        case 'ask_less':
          return t('change.ask_less', { amounts: amounts(one.resources) })
        case 'add_context':
          return t('change.add_context', { context: one.context })
        case 'add_task_type':
          return t('change.add_task_type', { taskType: one.taskType })
        case 'uncordon':
        case 'enable':
        case 'start_now':
        case 'pin':
        case 'connect':
        case 'end_quiet':
          return t(`change.${one.kind}`)
      }
    }
    return { reason, change, changes: (all: readonly Change[]) => format.list(all.map(change)) }
  }, [t, format])
}
