'use client'

import { useQuery } from '@tanstack/react-query'
import { useVirtualizer } from '@tanstack/react-virtual'
import { ArrowDownToLine, ArrowUpToLine, ChevronDown, ChevronUp, Download } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useDeferredValue, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import { AnsiText } from '#components/ansi'
import { useFormat } from '#components/format'
import { Empty, Loading, Problem } from '#components/states'
import { LogStore, type Line } from './log-store'

/** In pixels: a link to a line is as high as a finger can hit (WCAG 2.5.8). */
const ROW = 24

const wantedLine = () => Number(/^#L(\d{1,9})$/.exec(typeof window === 'undefined' ? '' : window.location.hash)?.[1])

function useLines(id: string, ended: boolean): LogStore {
  const store = useMemo(() => new LogStore(id), [id])
  useSyncExternalStore(store.subscribe, store.snapshot, store.snapshot)
  useQuery({
    queryKey: ['log', id],
    queryFn: () => store.refresh(),
    refetchInterval: ended ? false : 5_000,
    staleTime: 0,
  })
  return store
}

/** The task's log, line by line: follows the end while asked to, searches, and links to lines (`#L12`). */
export function TaskLog({ id, ended }: { id: string; ended: boolean }) {
  const t = useTranslations('task')
  const format = useFormat()
  const store = useLines(id, ended)
  const box = useRef<HTMLDivElement>(null)
  const [follow, setFollow] = useState(() => !Number.isInteger(wantedLine()))
  const [linked, setLinked] = useState<number | null>(null)
  const [search, setSearch] = useState('')
  const [at, setAt] = useState(0)
  const text = useDeferredValue(search.trim())
  const [whole, setWhole] = useState(true)
  // Lines come and the text changes: both change what is found.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const found = useMemo(() => (text === '' ? [] : store.find(text)), [text, store, store.version])
  const rows = useVirtualizer({
    count: store.total,
    getScrollElement: () => box.current,
    estimateSize: () => ROW,
    overscan: 40,
  })
  const items = rows.getVirtualItems()
  const [first, last] = [items[0]?.index ?? 0, items.at(-1)?.index ?? 0]
  useEffect(() => store.want(first + 1, last + 1), [store, first, last, store.version])

  const { ready, total } = store
  useEffect(() => {
    const go = () => {
      const wanted = wantedLine()
      if (!Number.isInteger(wanted) || wanted < 1 || wanted > store.total) return
      setFollow(false)
      setLinked(wanted)
      rows.scrollToIndex(wanted - 1, { align: 'center' })
      box.current?.scrollIntoView({ block: 'nearest' })
    }
    if (ready) go()
    window.addEventListener('hashchange', go)
    return () => window.removeEventListener('hashchange', go)
    // When the first lines have come, and when the address changes.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [ready])
  useEffect(() => {
    if (follow && total > 0) rows.scrollToIndex(total - 1, { align: 'end' })
  }, [follow, total, rows])
  useEffect(() => {
    if (text === '') return
    setWhole(false)
    let over = false
    void store.wantAll().finally(() => !over && setWhole(true))
    return () => {
      over = true
    }
  }, [text, store, total])

  const show = (index: number) => {
    const n = found[index]
    if (n === undefined) return
    setAt(index)
    setFollow(false)
    rows.scrollToIndex(n - 1, { align: 'center' })
  }
  // The first one shows by itself.
  useEffect(() => {
    if (found.length > 0) show(0)
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [text, found.length > 0])
  const step = (by: 1 | -1) => show((at + by + found.length) % Math.max(1, found.length))
  const hits = useMemo(() => new Set(found), [found])
  const current = found[Math.min(at, found.length - 1)]

  return (
    <section className="panel overflow-hidden" aria-label={t('sections.log')}>
      <div className="border-line flex flex-wrap items-center gap-2 border-b px-4 py-2">
        <h2 className="mr-auto">
          {t('sections.log')} <span className="text-muted font-normal">{t('log.lines', { count: total })}</span>
        </h2>
        <form
          role="search"
          className="flex items-center gap-1"
          onSubmit={(event) => {
            event.preventDefault()
            step(1)
          }}
        >
          <input
            type="search"
            aria-label={t('log.search')}
            placeholder={t('log.placeholder')}
            className="field w-36 text-sm"
            value={search}
            onChange={(event) => {
              setSearch(event.target.value)
              setAt(0)
            }}
            onKeyDown={(event) => {
              if (event.key !== 'Enter' || !event.shiftKey) return
              event.preventDefault()
              step(-1)
            }}
          />
          {text !== '' && (
            <>
              <span role="status" className="text-muted min-w-16 text-center text-xs">
                {!whole && found.length === 0
                  ? t('log.loading')
                  : t('log.matches', { count: found.length, n: format.number(Math.min(at + 1, found.length)) })}
              </span>
              <button type="button" className="button px-2" aria-label={t('log.previous')} onClick={() => step(-1)}>
                <ChevronUp aria-hidden className="size-4" />
              </button>
              <button type="submit" className="button px-2" aria-label={t('log.next')}>
                <ChevronDown aria-hidden className="size-4" />
              </button>
            </>
          )}
        </form>
        {!ended && (
          <button type="button" className="button" aria-pressed={follow} onClick={() => setFollow(!follow)}>
            <ArrowDownToLine aria-hidden className={`size-4 ${follow ? 'text-accent' : ''}`} />{' '}
            {follow ? t('log.following') : t('log.follow')}
          </button>
        )}
        <button
          type="button"
          className="button px-2"
          aria-label={t('log.top')}
          onClick={() => {
            setFollow(false)
            rows.scrollToIndex(0)
          }}
        >
          <ArrowUpToLine aria-hidden className="size-4" />
        </button>
        {ended && (
          <button
            type="button"
            className="button px-2"
            aria-label={t('log.end')}
            onClick={() => rows.scrollToIndex(Math.max(0, total - 1), { align: 'end' })}
          >
            <ArrowDownToLine aria-hidden className="size-4" />
          </button>
        )}
        <a
          className="button px-2"
          aria-label={t('log.download')}
          href={`/api/farm/tasks/${id}/log.txt`}
          download={`${id}.log`}
        >
          <Download aria-hidden className="size-4" />
        </a>
      </div>
      {store.error !== null && !ready ? (
        <div className="p-4">
          <Problem error={store.error} retry={() => void store.refresh()} />
        </div>
      ) : !ready ? (
        <Loading rows={4} />
      ) : total === 0 ? (
        <Empty title={ended ? t('log.none') : t('log.nothingYet')} />
      ) : (
        <div
          ref={box}
          role="log"
          aria-live="off"
          tabIndex={0}
          aria-label={t('log.region')}
          dir="ltr"
          className="bg-sunken max-h-[28rem] min-h-24 overflow-auto font-mono text-xs"
          onWheel={(event) => event.deltaY < 0 && setFollow(false)}
          onTouchMove={() => setFollow(false)}
          onKeyDown={(event) => ['ArrowUp', 'PageUp', 'Home'].includes(event.key) && setFollow(false)}
        >
          <div className="relative min-w-max" style={{ height: rows.getTotalSize() }}>
            {items.map(({ index, start }) => (
              <Row
                key={index}
                n={index + 1}
                start={start}
                line={store.line(index + 1)}
                look={
                  index + 1 === current ? 'current' : hits.has(index + 1) ? 'hit' : index + 1 === linked ? 'linked' : ''
                }
              />
            ))}
          </div>
        </div>
      )}
    </section>
  )
}

const LOOKS = { current: 'bg-accent text-accent-ink', hit: 'bg-accent-soft', linked: 'bg-accent-soft', '': '' } as const
const STREAMS: Record<Line['stream'], string> = { stdout: '', stderr: 'text-bad', agent: 'text-accent' }

function Row(props: { n: number; start: number; line: Line | undefined; look: keyof typeof LOOKS }) {
  const { n, start, line, look } = props
  const t = useTranslations('task')
  const format = useFormat()
  return (
    <div
      data-line={n}
      className={`absolute top-0 left-0 flex h-6 min-w-full items-center pr-3 whitespace-pre ${LOOKS[look]}`}
      style={{ transform: `translateY(${start}px)` }}
    >
      <a
        href={`#L${n}`}
        aria-label={t('log.line', { n })}
        title={line === undefined ? undefined : format.exact(line.at)}
        className={`mr-3 inline-block h-6 w-16 shrink-0 text-right leading-6 select-none hover:underline ${look === 'current' ? '' : 'text-muted'}`}
      >
        {n}
      </a>
      {line === undefined ? (
        <span className="text-muted">…</span>
      ) : (
        <span className={look === 'current' ? '' : STREAMS[line.stream]}>
          <AnsiText text={line.text} />
        </span>
      )}
    </div>
  )
}
