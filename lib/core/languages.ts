import { iso6393 } from 'iso-639-3'

const NAMES = new Map(iso6393.map(({ iso6393: code, name }) => [code, name]))

export const isLanguageCode = (code: string) => NAMES.has(code)
/** The English name of an ISO 639-3 code; undefined for what is none. */
export const languageName = (code: string) => NAMES.get(code)

/** All of ISO 639-3, for forms. */
export const LANGUAGES = iso6393.map(({ iso6393: code, name }) => ({ code, name }))
