import { useTranslations } from 'next-intl'

type Change = { path: string; before?: unknown; after?: unknown }

/** A value as a person reads it; empty for none. */
export const valueText = (value: unknown): string => {
  if (value === undefined || value === null) return ''
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.map(valueText).join('\n')
  return JSON.stringify(value, null, 1).replace(/[{}"]/g, '').trim()
}

/** What two texts begin and end with alike, by words, and what differs between. */
function apart(before: string, after: string): { head: string; old: string; now: string; tail: string } {
  const [a, b] = [before.split(/(\s+)/), after.split(/(\s+)/)]
  let head = 0
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1
  let tail = 0
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail])
    tail += 1
  return {
    head: a.slice(0, head).join(''),
    old: a.slice(head, a.length - tail).join(''),
    now: b.slice(head, b.length - tail).join(''),
    tail: tail === 0 ? '' : a.slice(-tail).join(''),
  }
}
const shorten = (text: string, from: 'start' | 'end') =>
  text.length <= 80 ? text : from === 'end' ? `… ${text.slice(-70)}` : `${text.slice(0, 70)} …`

/** What differs, place by place; null where there is nothing to compare with. `nameOf` says what a place is called. */
export function Changes({
  title,
  changes,
  nameOf = (path) => path.replace(/^config\.params\./, ''),
}: {
  title: string
  changes: readonly Change[] | null | undefined
  nameOf?: (path: string) => string
}) {
  const t = useTranslations('schedules.changes')
  return (
    <section aria-label={title}>
      <h3 className="mb-2 text-sm font-medium">{title}</h3>
      {changes === null || changes === undefined ? (
        <p className="text-muted text-sm">{t('first')}</p>
      ) : changes.length === 0 ? (
        <p className="text-muted text-sm">{t('nothing')}</p>
      ) : (
        <ul className="divide-line border-line divide-y rounded-lg border text-sm">
          {changes.map(({ path, before, after }) => {
            const [was, is] = [valueText(before), valueText(after)]
            const { head, old, now, tail } = apart(was, is)
            return (
              <li key={path} className="grid gap-x-4 gap-y-1 px-3 py-2 sm:grid-cols-[minmax(0,11rem)_minmax(0,1fr)]">
                <span className="font-medium break-words" title={path}>
                  {nameOf(path)}
                </span>
                <span dir="auto" className="min-w-0 break-words whitespace-pre-wrap">
                  {was === is ? (
                    <span className="text-muted">{t('hidden')}</span>
                  ) : (
                    <>
                      <span className="text-muted">{shorten(head, 'end')}</span>
                      {old !== '' && (
                        <del className="bg-bad-soft text-bad rounded px-0.5">
                          <span className="sr-only">{t('removed')} </span>
                          {old}
                        </del>
                      )}
                      {old !== '' && now !== '' && ' '}
                      {now !== '' && (
                        <ins className="bg-accent-soft text-good rounded px-0.5 no-underline">
                          <span className="sr-only">{t('added')} </span>
                          {now}
                        </ins>
                      )}
                      <span className="text-muted">{shorten(tail, 'start')}</span>
                    </>
                  )}
                </span>
              </li>
            )
          })}
        </ul>
      )}
    </section>
  )
}
