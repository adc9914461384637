# SPDX-License-Identifier: GPL-2.0
"""Results for machines: what failed is a failure in each form, and any text survives."""

import contextlib
import html.parser
import io
import json
import os
import tempfile
import unittest
import xml.etree.ElementTree as ET

from .. import benchout, results, ui
from ..report import Entry

NASTY = 'a <b> & "c" \x1b[31mred\x00 \ufffe ü]]>'
ENTRIES = [
    Entry('module: load', True, '0x8086:0x1616', 1.5, [], ['nodes card0'], ['<6>[ 1.0] fine']),
    Entry('module: gem_ppgtt', False, 'status 1: ' + NASTY, 2.25, ['VMA leaked', NASTY], [NASTY], [NASTY]),
    Entry('device: bdw/pci', True, 'ok'),
    Entry('check', False, 'no tree'),
    Entry('gem_a@x', True, 'Skip no engine', 0.1, word='skip'),
    Entry('gem_b', True, 'Crash known', 0.1, word='crash'),
]


class Page(html.parser.HTMLParser):
    """Counts what stands in the page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: list[str] = []
        self.outside: list[str] = []
        self.open: list[str] = []
        self.text = ''
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ('meta', 'input'):
            self.open.append(tag)
        if tag == 'details':
            self.rows.append(dict(attrs)['class'] or '')
        self.outside += [v or '' for k, v in attrs if k in ('src', 'href')]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, tag

    def handle_data(self, data: str) -> None:
        self.text += data


class Forms(unittest.TestCase):
    """Each of the three."""

    def test_junit(self) -> None:
        top = ET.fromstring(results.junit('test', ENTRIES))
        self.assertEqual((top.get('tests'), top.get('failures')), ('6', '2'))
        cases = {(c.get('classname'), c.get('name')): c for c in top.iter('testcase')}
        self.assertEqual(len(cases), 6)
        failed = [name for name, c in cases.items() if c.find('failure') is not None]
        self.assertEqual(failed, [('test.module', 'gem_ppgtt'), ('test.check', 'check')])
        self.assertEqual([n for n, c in cases.items() if c.find('skipped') is not None], [('test.gem_a@x', 'gem_a@x')])
        out = cases['test.module', 'gem_ppgtt'].findtext('failure') or ''
        self.assertIn('VMA leaked\na <b> & "c" ?[31mred? ? ü]]>', out)
        suite = top.find('testsuite')
        assert suite is not None
        self.assertEqual((suite.get('tests'), suite.get('failures'), suite.get('time')), ('2', '1', '3.750'))
        self.assertEqual([s.get('name') for s in top.iter('testsuite') if s.get('skipped') == '1'], ['gem_a@x'])

    def test_what_was_not_expected_has_failed(self) -> None:
        for word in ('pass', 'skip', 'crash'):
            top = ET.fromstring(results.junit('igt', [Entry('gem_c', False, 'unexpected', word=word)]))
            failure = top.find('*/testcase/failure')
            assert failure is not None, word
            self.assertEqual((top.get('failures'), failure.get('type')), ('1', word))

    def test_igt_runner(self) -> None:
        made = json.loads(json.dumps(results.igt_runner('test', ENTRIES)))
        self.assertEqual(made['tests']['test@module@gem_ppgtt']['result'], 'fail')
        self.assertEqual(made['tests']['igt@gem_a@x']['result'], 'skip')
        totals = {k: v for k, v in made['totals']['root'].items() if v}
        self.assertEqual(totals, {'pass': 2, 'fail': 2, 'skip': 1, 'crash': 1})
        self.assertEqual(made['runtimes']['test@module']['time']['end'], 3.75)

    def test_no_two_tests_share_a_name(self) -> None:
        self.assertEqual(len(results.igt_runner('test', ENTRIES)['tests']), len(ENTRIES))

    def test_page(self) -> None:
        page = Page(results.page('test', ENTRIES, plots=['<svg></svg>']))
        self.assertEqual(sorted(page.rows), ['bad', 'bad', 'ok', 'ok', 'ok', 'skip'])
        self.assertEqual(page.rows[:2], ['bad', 'bad'])         # what failed comes first
        self.assertEqual((page.open, page.outside), ([], []))   # well formed, and nothing from elsewhere
        self.assertIn('4 passed, 2 failed', page.text)
        self.assertIn('a <b> & "c"', page.text)

    def test_very_long_output_is_cut(self) -> None:
        entry = Entry('a: b', True, 'long', output=['row %d' % n for n in range(100000)])
        self.assertLess(len(results.page('test', [entry])), 200000)

    def test_files(self) -> None:
        with tempfile.TemporaryDirectory() as top, contextlib.redirect_stdout(io.StringIO()):
            results.write(top, 'test', ENTRIES)
            self.assertEqual(sorted(os.listdir(top)), ['index.html', 'junit.xml', 'results.json'])
            _, back = results.read(os.path.join(top, 'results.json'))
            self.assertEqual([(e.name, e.held, e.verdict) for e in back],
                             [(e.name, e.held, e.verdict) for e in ENTRIES])
            with open(os.path.join(top, 'results.json'), 'w') as f:
                f.write('{"tests": {"x": {}}}')
            with self.assertRaises(ui.Problem):
                results.read(os.path.join(top, 'results.json'))

    def test_nothing_of_an_earlier_run_stays(self) -> None:
        with tempfile.TemporaryDirectory() as top, contextlib.redirect_stdout(io.StringIO()):
            results.write(top, 'test', ENTRIES)
            results.forget(top)
            self.assertEqual(os.listdir(top), [])
            results.forget(top)

    def test_nothing_ran(self) -> None:
        self.assertEqual(ET.fromstring(results.junit('test', [])).get('tests'), '0')
        self.assertIn('0 passed, 0 failed', results.page('test', []))


class Bench(unittest.TestCase):
    """A row that is above stock, or did not run, has failed."""

    def test_entries(self) -> None:
        cost = benchout.Cost
        stock = {'a': cost({'instructions': 10.0}), 'b': cost({'instructions': 10.0}), 'c': cost({'MMIO': 1.0}),
                 'd': cost(why='status 1'), 'f': cost({'bytes': 1.0})}
        ours = {'a': cost({'instructions': 9.0}), 'b': cost({'instructions': 11.0}), 'c': cost(why='status 1'),
                'd': cost({'MMIO': 1.0}), 'f': cost({'bytes': 2.0})}
        made = benchout.entries(benchout.table(stock, ours))
        self.assertEqual([(e.name[-1], e.held, e.verdict) for e in made],
                         [('a', True, 'pass'), ('b', False, 'fail'), ('c', False, 'fail'), ('d', True, 'skip'),
                          ('f', True, 'pass')])


if __name__ == '__main__':
    unittest.main()
