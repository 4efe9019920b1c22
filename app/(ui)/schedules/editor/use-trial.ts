'use client'

import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { trySchedule } from '#lib/contract/schedule-work'
import type { TaskTypeDefinition } from '#lib/core/task-type'
import { api } from '../../queries'
import { checkable, type Draft } from './model'

const PAUSE_MS = 400

/** What the server would say to the edit, asked whenever typing pauses: complaints, the command, who is alike. */
export function useTrial(
  draft: Draft,
  options: { schedule: string | null; definition: TaskTypeDefinition | undefined; blobUrl: string; enabled: boolean },
) {
  const [settled, setSettled] = useState(draft)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(draft), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [draft])
  const { definition, schedule, blobUrl } = options
  return useQuery({
    queryKey: ['trial', schedule, settled],
    queryFn: ({ signal }) =>
      api.call(trySchedule, {
        signal,
        body: {
          ...(schedule !== null && { schedule }),
          name: settled.name.trim(),
          taskType: settled.taskType,
          definitionVersion: settled.definitionVersion,
          config: {
            ...settled.config,
            params: definition === undefined ? {} : checkable(definition, settled, { relaxed: true, blobUrl }),
          },
          platform: settled.platform,
          notification: settled.notification,
        },
      }),
    enabled: options.enabled && definition !== undefined,
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    gcTime: 10_000,
    retry: false,
  })
}
