'use client'

import { useQuery } from '@tanstack/react-query'
import clsx from 'clsx'
import { CalendarRange, CornerDownLeft, ListTodo, Search, Server, type LucideIcon } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useRouter } from 'next/navigation'
import { useDeferredValue, useEffect, useId, useRef, useState } from 'react'
import { Dialog, Modal, ModalOverlay } from 'react-aria-components'
import { Problem } from '#components/states'
import { StatusBadge } from '#components/status'
import { search } from '#lib/contract/search'
import { api } from '../queries'
import { useAllCommands } from './commands'

type Item = {
  id: string
  group: 'commands' | 'schedules' | 'tasks' | 'workers'
  label: string
  icon?: LucideIcon
  note?: React.ReactNode
  go: () => void
}
const plain = (text: string) => text.toLowerCase().normalize('NFD').replace(/\p{M}/gu, '')

function useItems(mode: 'all' | 'find', text: string): { items: Item[]; error: Error | null; busy: boolean } {
  const router = useRouter()
  const commands = useAllCommands()
  const wanted = useDeferredValue(text.trim())
  const found = useQuery({
    queryKey: ['search', wanted],
    queryFn: ({ signal }) => api.call(search, { query: { q: wanted }, signal }),
    enabled: wanted !== '',
    placeholderData: (before) => (wanted === '' ? undefined : before),
    staleTime: 5_000,
  })
  const words = plain(text).split(/\s+/)
  const fitting = commands.filter((command) => {
    const name = plain(`${command.label} ${command.words ?? ''}`)
    return words.every((word) => name.includes(word))
  })
  const at = (href: string) => () => router.push(href)
  const items: Item[] = [
    ...(mode === 'find' ? [] : fitting.slice(0, wanted === '' ? 50 : 8)).map(
      ({ id, label, icon, keys, href, run }): Item => ({
        id: `command-${id}`,
        group: 'commands',
        label,
        icon,
        note: keys === undefined ? null : <kbd className="font-sans">{keys}</kbd>,
        go: href === undefined ? run : at(href),
      }),
    ),
    ...(wanted === '' ? [] : (found.data?.schedules ?? [])).map(({ name, taskType }): Item => ({
      id: `schedule-${name}`,
      group: 'schedules',
      label: name,
      icon: CalendarRange,
      note: taskType,
      go: at(`/schedules/${encodeURIComponent(name)}`),
    })),
    ...(wanted === '' ? [] : (found.data?.tasks ?? [])).map(({ id, schedule, status }): Item => ({
      id: `task-${id}`,
      group: 'tasks',
      label: `${schedule} · ${id.slice(0, 8)}`,
      icon: ListTodo,
      note: <StatusBadge status={status} />,
      go: at(`/tasks/${id}`),
    })),
    ...(wanted === '' ? [] : (found.data?.workers ?? [])).map(({ name }): Item => ({
      id: `worker-${name}`,
      group: 'workers',
      label: name,
      icon: Server,
      go: at(`/workers/${encodeURIComponent(name)}`),
    })),
  ]
  return { items, error: found.error, busy: found.isFetching || wanted !== text.trim() }
}

/** What can be done and found, by typing: arrows choose, Enter does it. */
export default function PaletteWindow({ mode, onClose }: { mode: 'all' | 'find'; onClose: () => void }) {
  const t = useTranslations('shell.palette')
  const [text, setText] = useState('')
  const [chosen, setChosen] = useState(0)
  const { items, error, busy } = useItems(mode, text)
  const list = useRef<HTMLUListElement>(null)
  const id = useId()
  const current = Math.min(chosen, items.length - 1)
  const optionId = (index: number) => `${id}-${index}`
  useEffect(() => {
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' })
  }, [current, items.length])
  const take = (item: Item | undefined) => {
    if (item === undefined) return
    onClose()
    item.go()
  }
  const label = mode === 'find' ? t('find') : t('all')
  return (
    <ModalOverlay
      isOpen
      isDismissable
      onOpenChange={(next) => !next && onClose()}
      className="fixed inset-0 z-50 flex justify-center bg-black/45 px-3 pt-[8dvh]"
    >
      <Modal className="panel flex h-fit max-h-[70dvh] w-full max-w-xl flex-col overflow-hidden shadow-2xl">
        <Dialog aria-label={label} className="flex min-h-0 flex-col outline-none">
          <div className="border-line flex items-center gap-2 border-b px-4">
            <Search aria-hidden className="text-muted size-4 shrink-0" />
            <input
              role="combobox"
              aria-expanded
              aria-controls={`${id}-list`}
              aria-activedescendant={items.length > 0 ? optionId(current) : undefined}
              aria-autocomplete="list"
              aria-label={label}
              placeholder={label}
              dir="auto"
              autoFocus
              autoComplete="off"
              spellCheck={false}
              className="min-h-12 w-full bg-transparent outline-none"
              value={text}
              onChange={(event) => {
                setText(event.target.value)
                setChosen(0)
              }}
              onKeyDown={(event) => {
                const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key]
                if (step !== undefined) {
                  event.preventDefault()
                  setChosen(Math.max(0, Math.min(items.length - 1, current + step)))
                }
                if (event.key === 'Enter' && !event.nativeEvent.isComposing) {
                  event.preventDefault()
                  take(items[current])
                }
              }}
            />
          </div>
          <ul ref={list} id={`${id}-list`} role="listbox" aria-label={label} className="min-h-0 overflow-auto p-1.5">
            {items.map((item, index) => {
              const Icon = item.icon
              return (
                <li
                  key={item.id}
                  id={optionId(index)}
                  role="option"
                  aria-selected={index === current}
                  aria-label={`${item.label}, ${t(`group.${item.group}`)}`}
                  className={clsx(
                    'flex cursor-pointer items-center gap-2.5 rounded-lg px-2.5 py-2 text-sm',
                    index === current && 'bg-accent-soft',
                  )}
                  onMouseMove={() => setChosen(index)}
                  onClick={() => take(item)}
                >
                  {Icon === undefined ? (
                    <CornerDownLeft aria-hidden className="text-muted size-4 shrink-0" />
                  ) : (
                    <Icon aria-hidden className="text-muted size-4 shrink-0" />
                  )}
                  <span dir="auto" className="min-w-0 grow truncate">
                    {item.label}
                  </span>
                  <span className="text-muted shrink-0 text-xs">{item.note}</span>
                </li>
              )
            })}
          </ul>
          {error !== null && (
            <div className="p-3">
              <Problem error={error} />
            </div>
          )}
          <p role="status" className={clsx('text-muted px-4 text-sm', items.length === 0 ? 'pb-4' : 'sr-only')}>
            {busy
              ? t('searching')
              : text === '' && items.length === 0
                ? t('hint')
                : t('results', { count: items.length })}
          </p>
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}
