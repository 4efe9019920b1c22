import { useId } from 'react'

/** A field with its label, a hint and complaints: what is inside gets the ids that tie them together. */
export function Labelled({
  label,
  hint,
  complaints = [],
  children,
}: {
  label: string
  hint?: React.ReactNode
  complaints?: readonly string[]
  children: (field: { id: string; 'aria-describedby'?: string; 'aria-invalid'?: true }) => React.ReactNode
}) {
  const id = useId()
  const told = `${id}-told`
  const tells = hint !== undefined || complaints.length > 0
  return (
    <div className="grid gap-1">
      <label className="label" htmlFor={id}>
        {label}
      </label>
      {children({
        id,
        ...(tells && { 'aria-describedby': told }),
        ...(complaints.length > 0 && { 'aria-invalid': true }),
      })}
      {tells && (
        <div id={told} className="text-muted text-xs">
          {complaints.map((complaint) => (
            <p key={complaint} className="text-bad">
              {complaint}
            </p>
          ))}
          {hint}
        </div>
      )}
    </div>
  )
}
