/** How much of something is taken, and by what: a strip with a part for each holder, the rest is free. */
export function Room({
  label,
  used,
  total,
  parts = [],
  text,
}: {
  label: string
  used: number
  total: number
  parts?: readonly { id: string; size: number; done: number | null }[]
  text: string
}) {
  const share = (size: number) => (total === 0 ? 0 : Math.min(100, (size / total) * 100))
  const known = parts.reduce((sum, part) => sum + part.size, 0)
  return (
    <div className="min-w-0">
      <div className="text-muted flex justify-between gap-2 text-xs">
        <span>{label}</span>
        <span className="truncate">{text}</span>
      </div>
      <div
        role="meter"
        aria-label={label}
        aria-valuenow={Math.round(share(used))}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuetext={text}
        className="bg-sunken border-line mt-1 flex h-2.5 gap-px overflow-hidden rounded-sm border"
      >
        {parts.map((part) => (
          <div key={part.id} className="bg-busy/35 relative h-full" style={{ width: `${share(part.size)}%` }}>
            <div className="bg-busy absolute inset-y-0 left-0" style={{ width: `${part.done ?? 0}%` }} />
          </div>
        ))}
        {used > known && <div className="bg-busy/70 h-full" style={{ width: `${share(used - known)}%` }} />}
      </div>
    </div>
  )
}
