import type { ParamValue } from '#lib/core/schedule'

/** Names and values, two by two. */
export function Facts({ title, facts }: { title: string; facts: [string, React.ReactNode][] }) {
  return (
    <section className="panel" aria-label={title}>
      <h2 className="border-line border-b px-4 py-3">{title}</h2>
      <dl className="grid grid-cols-[minmax(7rem,auto)_minmax(0,1fr)] gap-x-4 gap-y-1.5 px-4 py-3 text-sm">
        {facts.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-muted">{name}</dt>
            <dd className="break-words">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

const shown = (value: ParamValue) => (Array.isArray(value) ? value.join(', ') : String(value))

/** Parameters and the command line that they make. */
export function Params({ params, command }: { params: Record<string, ParamValue>; command: string[] }) {
  return (
    <>
      <Facts
        title="Parameters"
        facts={Object.entries(params).map(([key, value]) => [
          key,
          <code key={key} className="text-[0.92em]">
            {shown(value)}
          </code>,
        ])}
      />
      <details className="panel px-4 py-3 text-sm">
        <summary className="cursor-pointer font-medium">Command line</summary>
        <pre className="mt-2 font-mono text-xs break-all whitespace-pre-wrap">{command.join(' \\\n  ')}</pre>
      </details>
    </>
  )
}
