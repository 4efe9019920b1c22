import { may, type Actor } from '#lib/core/access'

/**
 * Whether somebody may see events of this kind. Tasks, schedules and workers are public, as the lists of a farm are;
 * what happens to accounts (sign-ins, tokens, keys) and what the farm does within is for those who may read accounts.
 */
export const maySeeEvent = (actor: Actor, kind: string): boolean =>
  !/^(account|farm|notice)\./.test(kind) || may(actor, 'users.read')
