'use client'

import { useQuery } from '@tanstack/react-query'
import { getSchedule } from '#lib/contract/schedule'
import { scheduleRuns, scheduleSuggestions } from '#lib/contract/schedule-work'
import { api } from '../queries'

/** Values that forms and filters offer. */
export const useSuggestions = (enabled = true) =>
  useQuery({
    queryKey: ['suggestions'],
    queryFn: () => api.call(scheduleSuggestions),
    staleTime: 60_000,
    enabled,
  })

/** The last tasks of a schedule, with what they took and made. */
export const useRuns = (name: string | null) =>
  useQuery({
    queryKey: ['schedule', name, 'runs'],
    queryFn: () => api.call(scheduleRuns, { params: { name: name ?? '' } }),
    enabled: name !== null,
  })

/** A schedule with its secrets masked, whoever looks: what screens show and edit. */
export const useMasked = (name: string | null) =>
  useQuery({
    queryKey: ['schedule', name, 'masked'],
    queryFn: () => api.call(getSchedule, { params: { name: name ?? '' }, query: { secrets: 'false' } }),
    enabled: name !== null,
  })
