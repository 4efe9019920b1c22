import type { ScheduleConfig } from '../schedule'

type Example = { category: string; config: Pick<ScheduleConfig, 'params' | 'warehousePath'> }

/** A schedule of each common task type that a curator can begin with and change. A test checks them by their definitions. */
const EXAMPLES: Record<string, Example> = {
  zimit: {
    category: 'other',
    config: {
      warehousePath: '/zimit',
      params: {
        seeds: 'https://www.example.org/',
        name: 'example.org_en_all',
        title: 'Example',
        description: 'All pages of www.example.org',
        scopeType: 'host',
      },
    },
  },
  mwoffliner: {
    category: 'wikipedia',
    config: {
      warehousePath: '/wikipedia',
      params: { mwUrl: 'https://simple.wikipedia.org/', adminEmail: 'curator@example.org', format: ['nopic:nopic'] },
    },
  },
  gutenberg: { category: 'gutenberg', config: { warehousePath: '/gutenberg', params: { languages: 'en' } } },
  devdocs: {
    category: 'devdocs',
    config: { warehousePath: '/devdocs', params: { slug: 'http', 'skip-slug-regex': '^$' } },
  },
  zimwriterfs: {
    category: 'other',
    config: {
      warehousePath: '/other',
      params: {
        source: 'builtin:handbook',
        name: 'handbook_en_all',
        title: 'A handbook',
        description: 'Pages that come with Croft, as a first try',
        language: 'eng',
        creator: 'You',
      },
    },
  },
}

export const exampleOf = (taskType: string): Example | undefined => EXAMPLES[taskType]
export const EXAMPLE_TYPES = Object.keys(EXAMPLES)
