type Change = { path: string; before?: unknown; after?: unknown }
const shown = (value: unknown) =>
  value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value)

/** What differs, place by place; null where there is nothing to compare with. */
export function Changes({ title, changes }: { title: string; changes: Change[] | null | undefined }) {
  return (
    <section aria-label={title}>
      <h3 className="mb-1 text-sm font-medium">{title}</h3>
      {changes === null || changes === undefined ? (
        <p className="text-muted text-sm">It is the first one.</p>
      ) : changes.length === 0 ? (
        <p className="text-muted text-sm">Nothing.</p>
      ) : (
        <ul className="space-y-2 text-sm">
          {changes.map(({ path, before, after }) => (
            <li key={path}>
              <code className="text-[0.92em] break-all">{path.replace(/^config\.params\./, '')}</code>
              <div className="break-words">
                {shown(before) !== '' && <del className="text-bad decoration-1">{shown(before)}</del>}{' '}
                {shown(after) !== '' && <ins className="text-good no-underline">{shown(after)}</ins>}
              </div>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
