'use client'

import { useQuery } from '@tanstack/react-query'
import type { z } from 'zod'
import type { file, notice, task } from '#lib/contract/task'
import * as pageApi from '#lib/contract/task-page'
import { api } from '../../queries'

export type Task = z.output<typeof task>
export type File = z.output<typeof file>
export type Notice = z.output<typeof notice>
export type Note = z.output<typeof pageApi.taskNote>

export const useSamples = (id: string, running: boolean) =>
  useQuery({
    queryKey: ['task', id, 'samples'],
    queryFn: () => api.call(pageApi.taskSamples, { params: { id } }),
    refetchInterval: running ? 5_000 : false,
  })
export const useComparison = (id: string) =>
  useQuery({
    queryKey: ['task', id, 'comparison'],
    queryFn: () => api.call(pageApi.compareTask, { params: { id } }),
    staleTime: 60_000,
  })
export const useNotes = (id: string, enabled: boolean) =>
  useQuery({
    queryKey: ['task', id, 'notes'],
    queryFn: () => api.call(pageApi.listNotes, { params: { id } }),
    enabled,
  })
