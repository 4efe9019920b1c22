'use client'

export default function PageError({ reset }: { error: Error; reset: () => void }) {
  return (
    <div role="alert">
      <h1>This page failed</h1>
      <p className="text-muted mt-2 mb-4">Nothing is lost: what runs on the farm goes on.</p>
      <button type="button" className="button" onClick={reset}>
        Try again
      </button>
    </div>
  )
}
