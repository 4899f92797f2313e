// Compares a junit.xml, read by junit2json, with the report.json of the same run:
//
//	node check.js junit.xml report.json [more pairs]
//
// Counts, names, classes, places and what became of each case must be what the report
// says, and no text may have lost anything but what XML cannot hold.
import { readFileSync } from 'node:fs'
import { parse } from 'junit2json'

const elements = ['failure', 'error', 'skipped']

// What a reader shows a verdict as. Of "not run" it depends on the reason.
const shown = {
  conformant: [undefined],
  'non-conformant': ['failure'],
  'unexpected pass': ['failure'],
  inconclusive: ['error'],
  'known deviation': ['skipped'],
  'not applicable': ['skipped'],
  'not run': ['skipped', 'error'],
}

// XML 1.0 has no other control characters, no surrogates alone and no U+FFFE, U+FFFF.
const legal = (text) => [...text].filter((c) => /[\t\n\r\u0020-\ud7ff\ue000-\ufffd]/.test(c) || c.codePointAt(0) > 0xffff).join('')
const words = (text) => legal(String(text ?? '')).split(/\s+/).join(' ').trim()

async function compare(junit, report) {
  const wrong = []
  const expect = (what, got, want) => {
    if (got !== want) wrong.push(`${what} is ${JSON.stringify(got)}, want ${JSON.stringify(want)}`)
  }
  const whole = await parse(readFileSync(junit, 'utf8'))
  const run = JSON.parse(readFileSync(report, 'utf8'))
  const results = new Map(run.results.map((r) => [r.requirement, r]))
  const total = { tests: 0, failures: 0, errors: 0, skipped: 0 }
  for (const suite of whole.testsuite ?? []) {
    const counts = { tests: 0, failures: 0, errors: 0, skipped: 0 }
    for (const c of suite.testcase ?? []) {
      const found = elements.filter((e) => c[e]?.length > 0)
      counts.tests++
      counts.failures += found.includes('failure')
      counts.errors += found.includes('error')
      counts.skipped += found.includes('skipped')
      if (found.length > 1) wrong.push(`${c.name} is ${found} at once`)
      for (const e of found) {
        if (!c[e][0].message) wrong.push(`${c.name}: <${e}> says nothing`)
      }
      if (c.classname === 'hookcheck') continue // the run itself ended badly
      const r = results.get(c.name)
      if (!r) {
        wrong.push(`${c.name} has no result, or two cases`)
        continue
      }
      results.delete(c.name)
      expect(`class of ${c.name}`, c.classname, `hookcheck.${r.area}`)
      expect(`file of ${c.name}`, c.file, r.file || undefined)
      expect(`line of ${c.name}`, c.line, r.line || undefined)
      expect(`time of ${c.name}`, c.time.toFixed(3), r.seconds.toFixed(3))
      if (!shown[r.verdict]?.includes(found[0])) wrong.push(`${c.name} is ${r.verdict}, and ${found[0] ?? 'a pass'} here`)
      const properties = new Map(c.properties.map((p) => [p.name, String(p.value)]))
      expect(`verdict of ${c.name}`, properties.get('verdict'), r.verdict)
      expect(`level of ${c.name}`, properties.get('level'), r.level)
      const body = words(c[found[0]]?.[0].inner)
      if (r.seen && found[0] === 'failure' && !body.includes(words(r.seen).slice(0, 200))) wrong.push(`${c.name}: the failure does not say what was seen`)
    }
    for (const [name, n] of Object.entries(counts)) {
      expect(`${name} of suite ${suite.name}`, suite[name], n)
      total[name] += n
    }
  }
  for (const [name, n] of Object.entries(total)) expect(`${name} of the whole`, whole[name], n)
  for (const id of results.keys()) wrong.push(`${id} is missing`)
  expect('green', total.failures + total.errors === 0, run.exitCode === 0)
  if (wrong.length > 0) {
    console.error(`${junit} does not say what ${report} does:\n  ${wrong.join('\n  ')}`)
    process.exitCode = 1
    return
  }
  console.log(`${junit}: ${total.tests} tests, ${total.failures} failures, ${total.errors} errors, ${total.skipped} skipped, as in ${report}`)
}

const files = process.argv.slice(2)
if (files.length === 0 || files.length % 2 !== 0) {
  console.error('usage: node check.js junit.xml report.json [more pairs]')
  process.exit(2)
}
for (let i = 0; i < files.length; i += 2) await compare(files[i], files[i + 1])
