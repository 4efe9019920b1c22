'use client'

import clsx from 'clsx'
import type { LucideIcon } from 'lucide-react'
import Link from 'next/link'

type Look = 'plain' | 'primary' | 'danger' | 'quiet'
const LOOK: Record<Look, string> = {
  plain: '',
  primary: 'button-primary',
  danger: 'button-danger',
  quiet: 'button-quiet',
}
type Common = { look?: Look; small?: boolean; icon?: LucideIcon }
const classOf = ({ look = 'plain', small = false }: Common, more?: string) =>
  clsx('button', LOOK[look], small && 'button-small', more)

/** A button. While `pending` it says so to screen readers and does nothing. */
export function Button({
  look,
  small,
  icon: Icon,
  pending = false,
  className,
  children,
  onClick,
  type = 'button',
  ...rest
}: Common & { pending?: boolean } & React.ComponentProps<'button'>) {
  return (
    <button
      {...rest}
      type={type}
      className={classOf({ look, small }, className)}
      aria-disabled={pending || undefined}
      aria-busy={pending || undefined}
      onClick={(event) => (pending ? event.preventDefault() : onClick?.(event))}
    >
      {Icon !== undefined && <Icon aria-hidden className={clsx('size-4 shrink-0', pending && 'animate-pulse')} />}
      {children}
    </button>
  )
}

/** A link that looks like a button. */
export function LinkButton({
  look,
  small,
  icon: Icon,
  className,
  children,
  ...rest
}: Common & React.ComponentProps<typeof Link>) {
  return (
    <Link {...rest} className={classOf({ look, small }, className)}>
      {Icon !== undefined && <Icon aria-hidden className="size-4 shrink-0" />}
      {children}
    </Link>
  )
}

/** A button of an icon alone; `label` names it and shows on hover. */
export function IconButton({
  label,
  icon: Icon,
  className,
  type = 'button',
  ...rest
}: { label: string; icon: LucideIcon } & Omit<React.ComponentProps<'button'>, 'children'>) {
  return (
    <button {...rest} type={type} title={label} aria-label={label} className={clsx('icon-button', className)}>
      <Icon aria-hidden className="size-4.5" />
    </button>
  )
}
