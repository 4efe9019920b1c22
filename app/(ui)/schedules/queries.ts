'use client'

import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getSchedule, listSchedules, type SCHEDULE_SORTS } from '#lib/contract/schedule'
import { countSchedules, scheduleRuns, scheduleSuggestions } from '#lib/contract/schedule-work'
import { api } from '../queries'
import type { Query } from './state'

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

export type Order = { sort: (typeof SCHEDULE_SORTS)[number]; order: 'asc' | 'desc' }
/** Schedules that a filter finds, in an order; pages by key. */
export const useScheduleList = (query: Query, order: Order) =>
  useInfiniteQuery({
    queryKey: ['schedules', query, order],
    queryFn: ({ pageParam, signal }) =>
      api.call(listSchedules, { query: { ...query, ...order, limit: 50, after: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: (before) => before,
  })

/** How many schedules a filter finds. */
export const useScheduleCount = (query: Query) =>
  useQuery({
    queryKey: ['schedules', 'count', query],
    queryFn: ({ signal }) => api.call(countSchedules, { query, signal }),
    placeholderData: (before) => before,
  })
