'use client'

import { useTranslations } from 'next-intl'
import { useCallback } from 'react'
import type { TaskTypeDefinition } from '#lib/core/task-type'

const PLACES = [
  'name',
  'taskType',
  'definitionVersion',
  'category',
  'language',
  'tags',
  'periodicity',
  'periodFrom',
  'enabled',
  'archived',
  'platform',
  'context',
  'notification',
  'notificationFormat',
  'notes',
  'tickets',
  'resources.cpu',
  'resources.memory',
  'resources.disk',
  'config.image',
  'config.warehousePath',
  'config.monitor',
  'config.shm',
  'config.capAdd',
  'config.capDrop',
  'config.artifactsGlobs',
] as const
type Place = (typeof PLACES)[number]
const isPlace = (path: string): path is Place => (PLACES as readonly string[]).includes(path)
type Key = Place extends infer P ? (P extends `${infer A}.${infer B}` ? `${A}_${B}` : P) : never

/** What a place of a schedule is called: a parameter by its label. */
export function usePlaceName(definition: TaskTypeDefinition | undefined) {
  const t = useTranslations('schedules.places')
  return useCallback(
    (path: string): string => {
      const key = path.replace(/^config\.params\./, '')
      const label = definition?.fields.find((field) => field.key === key)?.label
      if (path.startsWith('config.params.')) return label ?? key
      if (path.startsWith('notification.')) return t('notification')
      return isPlace(path) ? t(path.replace('.', '_') as Key) : path
    },
    [definition, t],
  )
}
