/** The lists of which a filter and an order can be kept. */
export const SCREENS = ['pipeline', 'schedules', 'workers'] as const
export type Screen = (typeof SCREENS)[number]
