/** The strict form of a ZIM file's name, and that it is not held where the task type is relaxed (zimfarm.md §11.4). */
export const ZIM_FILE = {
  pattern: {
    source: String.raw`^.+_[a-z-]{2,3}_(.+_)?(\d{4}-\d{2}|\{period\}).zim$`,
    message: 'must be like wikipedia_en_all_{period}.zim',
  },
  relaxed: { pattern: null },
} as const
