import type { ReadContext } from '../context'

/** How accounts are called, by user name; what is no account's name is told as it is. */
export async function displayNames(
  ctx: ReadContext,
  usernames: readonly (string | null)[],
): Promise<(username: string) => string> {
  const wanted = [...new Set(usernames.filter((name) => name !== null))]
  const rows =
    wanted.length === 0
      ? []
      : await ctx.db.account.findMany({
          where: { username: { in: wanted } },
          select: { username: true, displayName: true },
        })
  const names = new Map(rows.map((row) => [row.username, row.displayName]))
  return (username) => names.get(username) || username
}
