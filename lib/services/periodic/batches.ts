import type { GoOn } from './job'

/** Does batch after batch until one is not full; gives the sum. */
export async function inBatches(goOn: GoOn, size: number, batch: (size: number) => Promise<number>): Promise<number> {
  let sum = 0
  while (await goOn()) {
    const done = await batch(size)
    sum += done
    if (done < size) break
  }
  return sum
}
