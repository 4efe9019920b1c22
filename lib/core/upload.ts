import { CroftError } from './error'

/** What a task's file is: what the task was for, or what is kept beside it. */
export const FILE_KINDS = ['result', 'logs', 'artifacts', 'check'] as const
export type FileKind = (typeof FILE_KINDS)[number]

/** The folders at the top of an upload area, as Zimfarm names its kinds of uploads, and the kind of their files. */
export const AREAS = { zim: 'result', logs: 'logs', artifacts: 'artifacts', check: 'check' } as const satisfies Record<
  string,
  FileKind
>
export type Area = keyof typeof AREAS
export const areaOf = (kind: FileKind) => (Object.keys(AREAS) as Area[]).find((area) => AREAS[area] === kind) as Area

/** Largest file of a task, in bytes. */
export const UPLOAD_LIMIT = 200 * 1024 ** 3
/** How long bytes that no task has told of are kept after the last of them came, in days. */
export const UPLOAD_KEEP_DAYS = 7
/** Files and folders of one account that no task has told of. */
export const UPLOADS_WAITING_LIMIT = 1000

const CONTROL = /[\u0000-\u001f\u007f]/
const MAX_DEPTH = 12

/**
 * The segments of a path in an upload area. `.` and `..` are resolved as in a root folder: nothing leads out of it.
 * @throws CroftError invalid
 */
export function uploadSegments(path: string): string[] {
  const wrong = (why: string) => new CroftError('invalid', `the path ${why}`)
  if (path.length > 600) throw wrong('must not have more than 600 characters')
  if (CONTROL.test(path)) throw wrong('must not hold control characters')
  if (path.includes('\\')) throw wrong('must not hold backslashes')
  const segments: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '' || segment === '.') continue
    if (segment === '..') segments.pop()
    else if (segment.length > 255) throw wrong('must not have names of more than 255 characters')
    else segments.push(segment)
  }
  if (segments.length > MAX_DEPTH) throw wrong(`must not be deeper than ${MAX_DEPTH} folders`)
  return segments
}

/** A folder's path in its one spelling, without a slash at its end; `` for the root. */
export const folderPath = (path: string) =>
  uploadSegments(path)
    .map((segment) => `/${segment}`)
    .join('')

export type UploadPath = {
  area: Area
  /** The folder within the area, e.g. /wikipedia; `` for none. */
  folder: string
  name: string
  /** As it is kept: /zim/wikipedia/x.zim */
  path: string
}

/** Where a file is put. @throws CroftError not_found when it is in no area, invalid */
export function uploadPath(path: string): UploadPath {
  const segments = uploadSegments(path)
  const [area = '', ...rest] = segments
  const name = rest.pop()
  if (!Object.hasOwn(AREAS, area)) {
    throw new CroftError('not_found', `there is no folder /${area}: use ${Object.keys(AREAS).join(', ')}`)
  }
  if (name === undefined || path.endsWith('/')) throw new CroftError('invalid', 'the path must end with a file name')
  return {
    area: area as Area,
    folder: rest.map((segment) => `/${segment}`).join(''),
    name,
    path: `/${segments.join('/')}`,
  }
}

/** A name under which uploaders write what is not yet whole. */
export const isTemporary = (name: string) => /\.(tmp|part|partial|filepart|complete)$/i.test(name)

/**
 * Where an uploader puts a file, for people: without user, password and query (zimfarm.md §11.3). Null when nothing is
 * uploaded. For S3 the bucket stands before the path.
 */
export function placeOf(uploadUri: string | null, folder: string, name: string): string | null {
  const place = locate(uploadUri, folder, name)
  if (place === null) return null
  const bucket = place.bucket === null ? '' : `/${place.bucket}`
  return `${place.scheme}://${place.host}${bucket}/${place.key}`
}

function decoded(text: string | undefined): string | null {
  try {
    return text === undefined ? null : decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return null
  }
}

/** The parts of the address that an uploader makes of an upload address, a folder and a name (zimfarm.md §11.3). */
export function locate(
  uploadUri: string | null,
  folder: string,
  name: string,
): { scheme: string; host: string; bucket: string | null; key: string } | null {
  const match = uploadUri === null ? null : /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)([^?#]*)(?:\?([^#]*))?/i.exec(uploadUri)
  if (match === null) return null
  const [, scheme = '', authority = '', path = '', query = ''] = match
  const key = [path, folder, name].flatMap((part) => part.split('/')).filter((part) => part !== '')
  const bucket = decoded(/(?:^|&)bucketName=([^&]*)/i.exec(query)?.[1])
  return {
    scheme: scheme.toLowerCase(),
    host: authority.slice(authority.lastIndexOf('@') + 1).toLowerCase(),
    bucket: scheme.toLowerCase() === 's3' ? bucket : null,
    key: key.join('/'),
  }
}

/** How the farm names a bucket that workers upload to by themselves. */
export const bucketName = (host: string, bucket: string) => `//${host.toLowerCase()}/${bucket}`

/**
 * The storage key of what a worker uploaded to S3 by itself, when it went to one of `buckets`, which the farm can read;
 * null otherwise.
 */
export function bucketKey(
  uploadUri: string | null,
  folder: string,
  name: string,
  buckets: readonly string[],
): string | null {
  const place = locate(uploadUri, folder, name)
  if (place === null || place.bucket === null) return null
  const bucket = bucketName(place.host, place.bucket)
  return buckets.includes(bucket) ? `${bucket}/${place.key}` : null
}
