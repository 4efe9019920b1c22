import { describe, expect, it } from 'vitest'
import { hostsOf } from './hosts'
import type { Field } from './task-type'

const field = (key: string, type: Field['type']): Field => ({ key, type, label: key, description: '' })
const definition = { fields: [field('seeds', 'url'), field('css', 'url'), field('name', 'text')] }

describe('hostsOf', () => {
  it('takes the hosts of parameters of type url, each once, in lower case and without port', () => {
    const params = {
      seeds: 'https://Docs.Example.org:8443/a',
      css: 'http://docs.example.org/b',
      name: 'http://no.example',
    }
    expect(hostsOf(definition, params)).toEqual(['docs.example.org'])
  })
  it('takes every address of a list or of a text that holds several', () => {
    const params = { seeds: 'https://b.example/,https://a.example/ https://c.example', css: ['https://d.example/x'] }
    expect(hostsOf(definition, params)).toEqual(['a.example', 'b.example', 'c.example', 'd.example'])
  })
  it('passes over what is no address of a web site', () => {
    expect(hostsOf(definition, { seeds: 'not an address', css: 'file:///etc/passwd' })).toEqual([])
    expect(hostsOf(definition, { seeds: null, css: true })).toEqual([])
    expect(hostsOf(definition, {})).toEqual([])
  })
})
