# SPDX-License-Identifier: GPL-2.0
"""Results for machines and for people: JUnit XML, igt_runner's results.json, and one HTML page.

The page is one file without scripts from elsewhere: a line a test, what failed first, and behind each line why, what
the test printed and what the kernel logged. Each file is whole or not there.
"""

import contextlib
import html
import json
import os
import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from typing import Any

from . import report, ui

KEPT = 2000                     # lines of output, and of the log, of a test
WORDS = ('pass', 'fail', 'skip', 'crash', 'timeout', 'incomplete', 'abort', 'warn', 'dmesg-warn', 'dmesg-fail',
         'notrun')
# What XML cannot say at all; kernel logs have some of it
CONTROL = re.compile('[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]')

STYLE = '''
body { font: 14px/1.4 sans-serif; margin: 1.5em auto; max-width: 75em; padding: 0 1em; color: #222 }
h1 { font-size: 1.4em; margin: 0 } h1 + p { margin: .3em 0 1em }
.bar { position: sticky; top: 0; background: #fff; padding: .5em 0; border-bottom: 1px solid #ccc }
.bar input[type=search] { width: 22em; padding: .2em } .bar label { margin-left: 1em }
details { border-bottom: 1px solid #eee } summary { display: flex; gap: .8em; padding: .2em 0; cursor: pointer }
summary > span { overflow-wrap: anywhere } .name { flex: 0 0 24em } .seen { flex: 1 }
.took { flex: 0 0 5em; text-align: right }
.word { flex: 0 0 5.5em; font-weight: bold; color: #187830 }
.bad .word { color: #b01818 } .skip .word { color: #806000 }
pre { margin: .2em 0 .6em 6.3em; padding: .5em; background: #f6f6f6; overflow-x: auto; font-size: 12px }
h2 { font-size: 1em; margin: .4em 0 0 6.3em } figure { margin: 1em 0; overflow-x: auto }
'''

SCRIPT = '''
const rows = [...document.querySelectorAll('details')], words = document.getElementById('words');
const bad = document.getElementById('bad'), shown = document.getElementById('shown');
function filter() {
  const wanted = words.value.toLowerCase().split(/\\s+/);
  let count = 0;
  for (const row of rows) {
    const text = row.textContent.toLowerCase();
    row.hidden = bad.checked && !row.classList.contains('bad') || !wanted.every(w => text.includes(w));
    count += !row.hidden;
  }
  shown.textContent = count + ' of ' + rows.length + ' shown';
}
words.addEventListener('input', filter);
bad.addEventListener('change', filter);
filter();
'''


def _text(rows: Sequence[str]) -> str:
    """Lines as one text that XML takes, the first and the last ones of very many."""
    if len(rows) > KEPT:
        left = len(rows) - KEPT
        rows = [*rows[:KEPT // 2], '... %d lines left out ...' % left, *rows[-KEPT // 2:]]
    return CONTROL.sub('?', '\n'.join(rows))


def _split(entry: report.Entry) -> tuple[str, str]:
    """(part, test)."""
    part, _, test = entry.name.partition(': ')
    return part, test or part


def junit(title: str, entries: Sequence[report.Entry]) -> bytes:
    """One suite for each part."""
    top = ET.Element('testsuites', name=title, tests=str(len(entries)),
                     failures=str(sum(not e.held for e in entries)))
    suites: dict[str, ET.Element] = {}
    for part in dict.fromkeys(_split(e)[0] for e in entries):
        own = [e for e in entries if _split(e)[0] == part]
        suites[part] = ET.SubElement(
            top, 'testsuite', name=CONTROL.sub('?', part), tests=str(len(own)),
            failures=str(sum(not e.held for e in own)), errors='0',
            skipped=str(sum(e.held and e.verdict == 'skip' for e in own)),
            time='%.3f' % sum(e.seconds or 0 for e in own))
    for entry in entries:
        part, test = _split(entry)
        case = ET.SubElement(suites[part], 'testcase', classname='%s.%s' % (title, CONTROL.sub('?', part)),
                             name=CONTROL.sub('?', test), time='%.3f' % (entry.seconds or 0))
        if not entry.held:
            failure = ET.SubElement(case, 'failure', message=CONTROL.sub('?', entry.seen), type=entry.verdict)
            failure.text = _text(entry.details)
        elif entry.verdict == 'skip':
            ET.SubElement(case, 'skipped', message=CONTROL.sub('?', entry.seen))
        ET.SubElement(case, 'system-out').text = _text([entry.seen, *entry.output])
        if entry.log:
            ET.SubElement(case, 'system-err').text = _text(entry.log)
    text: bytes = ET.tostring(top, encoding='utf-8', xml_declaration=True)
    return text + b'\n'


def _time(seconds: float) -> dict[str, Any]:
    return {'__type__': 'TimeAttribute', 'start': 0.0, 'end': round(seconds, 3)}


def igt_runner(title: str, entries: Sequence[report.Entry], uname: str = '', shard: str = '') -> dict[str, Any]:
    """The form that igt_runner leaves. What is only ours stands under "i915", there and in each test."""
    tests: dict[str, Any] = {}
    runtimes: dict[str, Any] = {}
    totals = dict.fromkeys(WORDS, 0)
    for entry in entries:
        part, test = _split(entry)
        name = '@'.join(re.sub(r'[\s@]+', '-', w).lower() for w in (title, part, test))
        if part == test:
            name = 'igt@' + test            # an item of an IGT list
        tests[name] = {
            'result': entry.verdict, 'out': _text(entry.output), 'err': _text(entry.details),
            'dmesg': _text(entry.log), 'igt-version': '', 'time': _time(entry.seconds or 0),
            'i915': {'name': entry.name, 'held': entry.held, 'seen': entry.seen},
        }
        totals[entry.verdict] += 1
        group = name.rpartition('@')[0]
        runtimes[group] = {'time': _time(runtimes.get(group, {'time': _time(0)})['time']['end'] + (entry.seconds or 0))}
    return {'__type__': 'TestrunResult', 'results_version': 10, 'name': title, 'uname': uname,
            'time_elapsed': _time(sum(e.seconds or 0 for e in entries)), 'tests': tests,
            'totals': {'': totals, 'root': totals}, 'runtimes': runtimes, 'i915': {'shard': shard}}


def read(path: str) -> tuple[str, list[report.Entry]]:
    """The shard ("k/n" or empty) and the entries of a results.json that we wrote."""
    try:
        with open(path) as f:
            data = json.load(f)
        return data['i915']['shard'], [
            report.Entry(t['i915']['name'], t['i915']['held'], t['i915']['seen'], t['time']['end'],
                         t['err'].splitlines(), t['out'].splitlines(), t['dmesg'].splitlines(), t['result'])
            for t in data['tests'].values()]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ui.Problem('%s is no results.json of ours (%s)' % (path, error),
                         'name the directories that make test SHARD=k/n left, build/test by default') from None


def page(title: str, entries: Sequence[report.Entry], head: str = '', plots: Sequence[str] = ()) -> str:
    """The HTML page. plots: SVG pictures."""
    rows = []
    for entry in sorted(entries, key=lambda e: e.held):
        css = 'ok' if entry.held else 'bad'
        if entry.held and entry.verdict == 'skip':
            css = 'skip'
        word = 'ok' if css == 'ok' else entry.verdict if entry.verdict != 'pass' else 'unexpected'
        took = '%.1f s' % entry.seconds if entry.seconds is not None else ''
        cells = ''.join('<span class="%s">%s</span>' % (kind, html.escape(text)) for kind, text in (
            ('word', word), ('name', entry.name), ('seen', entry.seen), ('took', took)))
        behind = ''.join('<h2>%s</h2><pre>%s</pre>' % (name, html.escape(_text(lines))) for name, lines in (
            ('why', entry.details), ('output', entry.output), ('kernel log', entry.log)) if lines)
        rows.append('<details class="%s"><summary>%s</summary>%s</details>' % (css, cells, behind))
    failed = sum(not e.held for e in entries)
    return '''<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>%(title)s: %(verdict)s</title><style>%(style)s</style></head><body>
<h1>make %(title)s: %(verdict)s</h1><p>%(head)s</p>%(plots)s
<div class="bar"><input type="search" id="words" placeholder="words in a name, output or log" aria-label="filter">
<label><input type="checkbox" id="bad"> only what failed</label> <label id="shown"></label></div>
%(rows)s
<script>%(script)s</script></body></html>
''' % {'title': html.escape(title), 'verdict': '%d passed, %d failed' % (len(entries) - failed, failed),
       'head': html.escape(head), 'plots': ''.join('<figure>%s</figure>' % p for p in plots), 'style': STYLE,
       'rows': '\n'.join(rows), 'script': SCRIPT}


def forget(directory: str) -> None:
    """Remove what an earlier run left, lest it be taken for the results of one that was killed."""
    for name in ('junit.xml', 'results.json', 'index.html'):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(os.path.join(directory, name))


def write(directory: str, title: str, entries: Sequence[report.Entry], head: str = '',
          plots: Sequence[str] = (), shard: str = '') -> None:
    """Leave junit.xml, results.json and index.html in the directory, and say where."""
    os.makedirs(directory, exist_ok=True)
    files: Mapping[str, bytes] = {
        'junit.xml': junit(title, entries),
        'results.json': json.dumps(igt_runner(title, entries, head, shard), indent=1).encode(),
        'index.html': page(title, entries, head, plots).encode('utf-8', 'replace'),
    }
    for name, data in files.items():
        with open(os.path.join(directory, name + '.new'), 'wb') as f:
            f.write(data)
        os.replace(os.path.join(directory, name + '.new'), os.path.join(directory, name))
    ui.line('results: %s in %s' % (', '.join(files), directory))
