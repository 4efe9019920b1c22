'use client'

import { useQuery } from '@tanstack/react-query'
import { getTaskType, getTaskTypeVersion, listTaskTypes } from '#lib/contract/task-type'
import { api } from '../queries'

export const useTaskTypes = () => useQuery({ queryKey: ['taskTypes'], queryFn: () => api.call(listTaskTypes) })
export const useTaskType = (id: string) =>
  useQuery({ queryKey: ['taskTypes', id], queryFn: () => api.call(getTaskType, { params: { id } }) })
export const useVersion = (id: string, version: string) =>
  useQuery({
    queryKey: ['taskTypes', id, version],
    queryFn: () => api.call(getTaskTypeVersion, { params: { id, version } }),
    enabled: version !== '',
  })
