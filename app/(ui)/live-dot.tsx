/** Whether the page follows the farm. */
export function LiveDot({ open }: { open: boolean }) {
  return (
    <span className="text-muted inline-flex items-center gap-1.5 text-xs" role="status">
      <span aria-hidden className={`size-1.5 rounded-full ${open ? 'bg-good' : 'bg-warn'}`} />
      {open ? 'live' : 'connecting …'}
    </span>
  )
}
