import type { TaskTypeDefinition } from '../task-type'
import { delayedAdd } from './delayed-add'
import { devdocs } from './offliners/devdocs'
import { freecodecamp } from './offliners/freecodecamp'
import { gutenberg } from './offliners/gutenberg'
import { ifixit } from './offliners/ifixit'
import { kolibri } from './offliners/kolibri'
import { mindtouch } from './offliners/mindtouch'
import { mwoffliner } from './offliners/mwoffliner'
import { nautilus } from './offliners/nautilus'
import { openedx } from './offliners/openedx'
import { phet } from './offliners/phet'
import { sotoki } from './offliners/sotoki'
import { ted } from './offliners/ted'
import { wikihow } from './offliners/wikihow'
import { youtube } from './offliners/youtube'
import { zimit } from './offliners/zimit'
import { zimwriterfs } from './zimwriterfs'

/** In the order in which Zimfarm lists its offliners (zimfarm.md §5.9); Croft's own come last. */
const ALL: TaskTypeDefinition[] = [
  mwoffliner,
  youtube,
  gutenberg,
  phet,
  sotoki,
  nautilus,
  ted,
  openedx,
  zimit,
  kolibri,
  wikihow,
  ifixit,
  freecodecamp,
  devdocs,
  mindtouch,
  zimwriterfs,
  delayedAdd,
]

/** What can be run, by id. */
export const TASK_TYPES: Record<string, TaskTypeDefinition> = Object.fromEntries(ALL.map((type) => [type.id, type]))
