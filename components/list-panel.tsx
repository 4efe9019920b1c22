import { useTranslations } from 'next-intl'
import { Loading, Problem } from './states'

/** What a paged query tells of itself. */
type Query = {
  isPending: boolean
  error: Error | null
  refetch: () => Promise<unknown>
  hasNextPage: boolean
  isFetchingNextPage: boolean
  fetchNextPage: () => Promise<unknown>
}

/** A list in a panel, in each of its states: loading, failed, empty, filled, with more to come. */
export function ListPanel(props: {
  label: string
  query: Query
  empty: React.ReactNode | null
  /** What the button for more says; else it shows more. */
  more?: string
  children: React.ReactNode
}) {
  const t = useTranslations('common')
  const { label, query, empty, more, children } = props
  const content = query.isPending ? (
    <Loading />
  ) : query.error !== null ? (
    <div className="p-4">
      <Problem error={query.error} retry={() => void query.refetch()} />
    </div>
  ) : (
    (empty ?? children)
  )
  return (
    <>
      <section className="panel overflow-clip" aria-label={label}>
        {content}
      </section>
      {query.hasNextPage && (
        <div className="mt-4 text-center">
          <button
            type="button"
            className="button"
            disabled={query.isFetchingNextPage}
            onClick={() => void query.fetchNextPage()}
          >
            {more ?? t('showMore')}
          </button>
        </div>
      )}
    </>
  )
}
