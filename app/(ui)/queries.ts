'use client'

import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { createClient } from '#lib/client/client'
import * as rulesApi from '#lib/contract/rules'
import * as scheduleApi from '#lib/contract/schedule'
import * as sessionApi from '#lib/contract/session'
import * as taskApi from '#lib/contract/task'
import * as workerApi from '#lib/contract/worker'
import { allows, type Permission } from '#lib/core/access'
import { CroftError } from '#lib/core/error'
import type { TaskStatus } from '#lib/core/task'
import { noteSignedIn, patientFetch } from './session'

const origin = typeof window === 'undefined' ? 'http://localhost' : window.location.origin
export const api = createClient({ url: origin, fetch: patientFetch })

/** Who is signed in; null for nobody. */
export function useMe() {
  return useQuery({
    queryKey: ['me'],
    queryFn: () =>
      api.call(sessionApi.whoAmI).then(
        (me) => {
          noteSignedIn(me.username)
          return me
        },
        (error: unknown) => {
          if (error instanceof CroftError && error.code === 'unauthenticated') return null
          throw error
        },
      ),
    staleTime: 60_000,
  })
}

/** Whether the signed-in account has a permission; false until that is known. */
export function useMay(permission: Permission): boolean {
  const { data } = useMe()
  return data !== undefined && data !== null && allows(data.scope, permission)
}

export type TaskFilter = { status?: TaskStatus[]; schedule?: string; worker?: string; sort?: 'updated' | 'queue' }
export function useTasks(filter: TaskFilter, limit = 50) {
  return useInfiniteQuery({
    queryKey: ['tasks', filter, limit],
    queryFn: ({ pageParam }) => api.call(taskApi.listTasks, { query: { ...filter, limit, after: pageParam } }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    refetchInterval: filter.status?.includes('started') === true ? 3_000 : false,
  })
}
export const useCounts = () => useQuery({ queryKey: ['counts'], queryFn: () => api.call(taskApi.countTasks) })
export const useTask = (id: string) =>
  useQuery({ queryKey: ['task', id], queryFn: () => api.call(taskApi.getTask, { params: { id } }) })
export const useTaskEvents = (id: string) =>
  useQuery({
    queryKey: ['task', id, 'events'],
    queryFn: () => api.call(taskApi.taskEvents, { params: { id }, query: { limit: 200 } }),
  })
export const useNotices = (id: string, enabled: boolean) =>
  useQuery({
    queryKey: ['task', id, 'notices'],
    queryFn: () => api.call(taskApi.taskNotices, { params: { id } }),
    enabled,
  })
export const useWhy = (id: string, enabled: boolean) =>
  useQuery({ queryKey: ['task', id, 'why'], queryFn: () => api.call(taskApi.whyTask, { params: { id } }), enabled })

export type ScheduleFilter = { q: string; type?: string; invalid?: boolean; archived?: boolean }
export function useSchedules({ q, type, invalid, archived }: ScheduleFilter) {
  return useInfiniteQuery({
    queryKey: ['schedules', q, type, invalid, archived],
    queryFn: ({ pageParam }) =>
      api.call(scheduleApi.listSchedules, {
        query: {
          limit: 50,
          q: q || undefined,
          taskType: type,
          valid: invalid === true ? 'false' : undefined,
          archived: archived === true ? 'true' : undefined,
          after: pageParam,
        },
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: (before) => before,
  })
}
export const useSchedule = (name: string) =>
  useQuery({ queryKey: ['schedule', name], queryFn: () => api.call(scheduleApi.getSchedule, { params: { name } }) })
export const useWorkers = (enabled = true) =>
  useQuery({
    queryKey: ['workers'],
    queryFn: () => api.call(workerApi.listWorkers, { query: { limit: 200 } }),
    refetchInterval: 10_000,
    enabled,
  })
export const usePauses = () =>
  useQuery({ queryKey: ['pauses'], queryFn: () => api.call(rulesApi.listPauses), refetchInterval: 30_000 })
export const useBreakers = () =>
  useQuery({ queryKey: ['breakers'], queryFn: () => api.call(rulesApi.listBreakers), refetchInterval: 30_000 })
