'use client'

import { useInfiniteQuery } from '@tanstack/react-query'
import { useVirtualizer } from '@tanstack/react-virtual'
import { ArrowDownToLine, Download } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { AnsiText } from '#components/ansi'
import { Empty, Loading, Problem } from '#components/states'
import { taskLog } from '#lib/contract/task'
import { api } from '../../queries'

const PAGE = 5_000

/** The task's log, line by line: follows the end while asked to, searches, and links to lines (`#L12`). */
export function TaskLog({ id, ended }: { id: string; ended: boolean }) {
  const query = useInfiniteQuery({
    queryKey: ['log', id],
    queryFn: ({ pageParam }) => api.call(taskLog, { params: { id }, query: { after: pageParam, limit: PAGE } }),
    initialPageParam: 0,
    getNextPageParam: (page) => (page.lines.length === PAGE ? page.lines.at(-1)?.n : undefined),
    refetchInterval: ended ? false : 5_000,
  })
  const { hasNextPage, isFetching, fetchNextPage } = query
  useEffect(() => {
    if (hasNextPage && !isFetching) void fetchNextPage()
  }, [hasNextPage, isFetching, fetchNextPage])

  const [follow, setFollow] = useState(true)
  const [search, setSearch] = useState('')
  const box = useRef<HTMLDivElement>(null)
  const all = query.data?.pages.flatMap((page) => page.lines) ?? []
  const lines = search === '' ? all : all.filter((line) => line.text.toLowerCase().includes(search.toLowerCase()))
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => box.current,
    estimateSize: () => 20,
    overscan: 30,
  })

  useEffect(() => {
    const wanted = Number(/^#L(\d+)$/.exec(window.location.hash)?.[1])
    if (!Number.isInteger(wanted) || wanted < 1 || wanted > all.length) return
    setFollow(false)
    rows.scrollToIndex(wanted - 1, { align: 'center' })
    // Once, when the lines are there.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [all.length > 0])
  useEffect(() => {
    if (follow && lines.length > 0) rows.scrollToIndex(lines.length - 1, { align: 'end' })
  }, [follow, lines.length, rows])

  const save = () => {
    const text = all.map((line) => `${line.at} ${line.stream} ${line.text}\n`).join('')
    const link = document.createElement('a')
    link.href = URL.createObjectURL(new Blob([text], { type: 'text/plain' }))
    link.download = `${id}.log`
    link.click()
    URL.revokeObjectURL(link.href)
  }
  return (
    <section className="panel overflow-hidden" aria-label="Log">
      <div className="border-line flex flex-wrap items-center gap-2 border-b px-4 py-2">
        <h2 className="mr-auto">
          Log <span className="text-muted font-normal">{all.length.toLocaleString('en')} lines</span>
        </h2>
        <input
          type="search"
          aria-label="Search the log"
          placeholder="Search"
          className="field w-36 text-sm"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
        <button type="button" className="button" aria-pressed={follow} onClick={() => setFollow(!follow)}>
          <ArrowDownToLine aria-hidden className={`size-4 ${follow ? 'text-accent' : ''}`} />{' '}
          {follow ? 'Following' : 'Follow'}
        </button>
        <button type="button" className="button" aria-label="Download the log" onClick={save}>
          <Download aria-hidden className="size-4" />
        </button>
      </div>
      {query.isPending ? (
        <Loading rows={4} />
      ) : query.error !== null ? (
        <Problem error={query.error} retry={() => void query.refetch()} />
      ) : lines.length === 0 ? (
        <Empty
          title={search === '' ? (ended ? 'It wrote no log' : 'Nothing has been written yet') : 'No line has this text'}
        />
      ) : (
        <div
          ref={box}
          role="log"
          aria-live="off"
          tabIndex={0}
          aria-label="Log lines"
          className="bg-sunken max-h-96 min-h-24 overflow-auto font-mono text-xs"
          onWheel={(event) => event.deltaY < 0 && setFollow(false)}
          onTouchMove={() => setFollow(false)}
          onKeyDown={(event) => ['ArrowUp', 'PageUp', 'Home'].includes(event.key) && setFollow(false)}
        >
          <div className="relative min-w-max" style={{ height: rows.getTotalSize() }}>
            {rows.getVirtualItems().map((row) => {
              const line = lines[row.index]
              if (line === undefined) return null
              return (
                <div
                  key={line.n}
                  data-line={line.n}
                  className="absolute top-0 left-0 flex h-5 items-center px-3 whitespace-pre"
                  style={{ transform: `translateY(${row.start}px)` }}
                >
                  <a
                    href={`#L${line.n}`}
                    className="text-muted mr-3 inline-block w-12 text-right hover:underline"
                    title={new Date(line.at).toLocaleString()}
                  >
                    {line.n}
                  </a>
                  <span
                    className={
                      line.stream === 'stderr' ? 'text-bad' : line.stream === 'agent' ? 'text-accent' : undefined
                    }
                  >
                    <AnsiText text={line.text} />
                  </span>
                </div>
              )
            })}
          </div>
        </div>
      )}
    </section>
  )
}
