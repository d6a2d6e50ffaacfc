# SPDX-License-Identifier: Apache-2.0
"""The page of a person's trophies, in a real browser against a real shim, on the world of tests/data/shim."""
import json
import re

import browser as browsers
import http_client
import pytest
import servers
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

ANNA, STAFF, INACTIVE, EVA = (('a' + n) * 20 for n in '1235')
EARNED = ['Phoenix', 'Beginner', 'Retired']
OPEN = ['Unstoppable', 'Weekend Warrior', 'Lifter', 'Atlas', 'Feather', 'Early Bird', 'Ten', 'Übermut "x\\y"']
BARS = {'Unstoppable': (16.666666666666664, '5 / 30 days'), 'Weekend Warrior': (0, '0 / 4 weekends'),
        'Lifter': (50, '2,500 / 5,000 kg'), 'Atlas': (0.20250014782510792, '2,500 / 1,234,567 kg'),
        'Feather': (100, '2,500 / 999.9 kg'), 'Ten': (70, '7 / 10 workouts')}
READABLE = 4.5  # WCAG 2.2, 1.4.3


@pytest.fixture(scope='module')
def browser():
    with browsers.Browser() as one:
        yield one


class Page:
    """What a person does and sees."""

    def __init__(self, browser, url):
        self.browser, self.url = browser, url

    def find(self, css):
        return self.browser.driver.find_element(By.CSS_SELECTOR, css)

    def texts(self, css):
        return self.browser.run('''return [...document.querySelectorAll(arguments[0])].filter((e) => e.checkVisibility())
            .map((e) => e.innerText.trim())''', css)

    def open(self, **options):
        self.browser.open(self.url, **options)
        return self

    def type_token(self, token):
        self.find('#token').send_keys(token + Keys.ENTER)

    def sign_in(self, token=ANNA):
        self.type_token(token)
        self.browser.wait(lambda: self.find('#trophies').is_displayed())
        return self

    def message(self):
        return self.browser.wait(lambda: self.find('[role=alert]').text)

    def focused(self):
        return self.browser.driver.switch_to.active_element.get_attribute('id')

    def widest(self):
        return self.browser.run('return document.documentElement.scrollWidth')


@pytest.fixture
def page(browser, shared_shim):
    return Page(browser, shared_shim.url + '/')


def test_a_token_shows_the_trophies(page):
    page.open().sign_in()
    assert page.texts('#earned h3') == EARNED
    assert page.texts('#open h3') == OPEN
    assert page.texts('h2') == ['Earned (3)', 'Still to earn (8)', 'Statistics']
    assert page.texts('#earned .state') == ['✓ Earned Dec 21, 2025', '✓ Earned Dec 19, 2025', '✓ Earned Jul 1, 2025']
    assert not page.find('#sign-in').is_displayed()
    assert page.browser.complaints() == []


def test_a_hidden_trophy_is_not_in_the_page_until_earned(page):
    page.open().sign_in()
    assert 'Phoenix' in page.find('#earned').text
    assert 'Ghost' not in page.browser.driver.page_source


@pytest.mark.parametrize('width', [1000, 375])
def test_progress_bars_are_as_wide_as_the_progress(page, width):
    page.open(width=width).sign_in()
    bars = page.browser.run('''
        return [...document.querySelectorAll('#open [role=progressbar]')].map((bar) => ({
            name: bar.closest('.card').querySelector('h3').innerText,
            state: bar.closest('.card').querySelector('.state').innerText,
            whole: bar.getBoundingClientRect().width, fill: bar.querySelector('.fill').getBoundingClientRect().width,
            now: bar.ariaValueNow, text: bar.ariaValueText, label: bar.ariaLabel}))''')
    assert [bar['name'] for bar in bars] == list(BARS)
    for bar in bars:
        percent, words = BARS[bar['name']]
        assert bar['whole'] > 150
        assert bar['fill'] == pytest.approx(bar['whole'] * percent / 100, abs=0.6)
        assert (bar['now'], bar['text']) == (str(int(percent)), words)
        assert bar['label'] == f'Progress towards {bar["name"]}'
        assert bar['state'].split() == f'{words} {int(percent)} %'.split()


def test_statistics(page):
    page.open().sign_in()
    assert dict(zip(page.texts('dt'), page.texts('dd'))) == {
        'Workouts': '7', 'Weight lifted': '2,500 kg', 'Days in a row now': '3 days', 'Most days in a row': '5 days',
        'Full weekends in a row': '0', 'Last workout': 'Dec 19, 2025', 'Earliest start': '05:30', 'Latest start': '18:05'}


def test_a_trophy_earned_more_often_than_a_page_has_rows(page):
    page.open().sign_in(EVA)
    assert page.texts('#earned h3') == ['Ten']
    assert page.texts('#earned .state') == ['✓ Earned 1,001 times, last Feb 12, 2025']
    assert page.texts('dd') == ['none counted yet']


@pytest.mark.parametrize('token, words', [
    ('0123456789' * 4, 'This token is not known'),
    ('no such', 'without blanks'),
    ('tökén', 'without blanks'),
    ('a.b.c', 'no longer valid'),
    (INACTIVE, 'switched off'),
])
def test_a_wrong_token_is_explained(page, token, words):
    page.open().type_token(token)
    assert words in page.message()
    assert page.focused() == 'token'
    assert page.find('#token').get_attribute('aria-invalid') == 'true'
    assert not page.find('#trophies').is_displayed()
    assert page.browser.run('return sessionStorage.length') == 0
    page.sign_in()
    assert page.texts('#earned h3') == EARNED
    assert page.find('[role=alert]').text == ''


def test_no_answer_is_explained_and_can_be_tried_again(page):
    page.open()
    page.browser.online(False)
    page.type_token(ANNA)
    assert 'cannot be reached' in page.message()
    page.browser.online(True)
    page.find('#message button').click()
    page.browser.wait(lambda: page.texts('#earned h3') == EARNED)


def test_a_database_away_is_explained(browser):
    with servers.Shim('postgresql://127.0.0.1:1/none') as one:
        one.wait_listening()
        page = Page(browser, one.url + '/').open()
        page.type_token(ANNA)
        assert 'in a few seconds' in page.message()
        assert page.browser.run('return sessionStorage.token') == ANNA


def test_the_token_stays_in_the_tab(page):
    page.open().sign_in()
    assert page.browser.run('return [localStorage.length, document.cookie, location.href]') == [0, '', page.url]
    assert page.find('#token').get_attribute('value') == ''
    driver = page.browser.driver
    driver.refresh()
    page.browser.wait(lambda: page.texts('#earned h3') == EARNED)
    own = driver.current_window_handle
    driver.switch_to.new_window('tab')
    driver.get(page.url)
    assert page.find('#sign-in').is_displayed()
    driver.close()
    driver.switch_to.window(own)


def test_signing_out_leaves_nothing(page):
    page.open().sign_in()
    page.find('#sign-out').click()
    assert page.browser.run('return sessionStorage.length') == 0
    assert 'Beginner' not in page.browser.driver.page_source
    assert page.focused() == 'token'
    page.sign_in(STAFF)
    assert page.texts('#earned h3') == ['Unstoppable']


def test_by_keyboard_alone(page):
    page.open()
    assert page.focused() == 'token'
    keys = page.browser.driver.switch_to.active_element
    keys.send_keys(ANNA, Keys.TAB)
    page.browser.driver.switch_to.active_element.send_keys(Keys.ENTER)
    page.browser.wait(lambda: page.focused() == 'earned-title')
    page.browser.driver.switch_to.active_element.send_keys(Keys.SHIFT, Keys.TAB)
    assert page.focused() == 'sign-out'
    outline = page.browser.run('return getComputedStyle(document.activeElement).outlineStyle')
    assert outline == 'solid'
    page.browser.driver.switch_to.active_element.send_keys(Keys.ENTER)
    assert page.focused() == 'token'


def test_on_a_phone(page):
    page.open(width=375)
    assert page.widest() == 375
    page.type_token('wrong')
    page.message()
    assert page.widest() == 375
    page.sign_in()
    assert page.widest() == 375
    edges = page.browser.run('''return [...document.querySelectorAll('.card')].map((card) => {
        const {left, right} = card.getBoundingClientRect();
        return `${left} ${right}`;
    })''')
    assert set(edges) == {'16 359'}
    assert page.find('#sign-out').rect['height'] >= 44


@pytest.mark.parametrize('dark', [False, True], ids=['light', 'dark'])
def test_light_and_dark_are_readable(page, dark):
    page.open(dark=dark)
    assert page.browser.contrast()[0] >= READABLE, page.browser.contrast()
    page.type_token('wrong')
    page.message()
    assert page.browser.contrast()[0] >= READABLE, page.browser.contrast()
    page.sign_in()
    assert page.browser.contrast()[0] >= READABLE, page.browser.contrast()
    ground = page.browser.run('return getComputedStyle(document.body).backgroundColor')
    assert (int(re.search(r'\d+', ground).group()) < 64) == dark


def test_a_person_s_own_colours(page):
    """In a theme of high contrast backgrounds are the system's: bars must still show."""
    page.open(forced_colors=True).sign_in()
    bar, fill = page.browser.run('''
        const fill = document.querySelectorAll('.fill')[2];
        return [getComputedStyle(fill.parentElement).borderTopWidth, getComputedStyle(fill).backgroundColor,
                getComputedStyle(document.body).backgroundColor].slice(0, 2);''')
    assert bar == '1px'
    assert fill != page.browser.run('return getComputedStyle(document.body).backgroundColor')


def test_text_of_the_database_is_no_markup(page):
    page.open().sign_in()
    last = page.browser.driver.find_elements(By.CSS_SELECTOR, '#open .card')[-1]
    assert last.find_element(By.TAG_NAME, 'p').get_attribute('textContent') == 'Ein\tBaum \U0001F333 </script>'


@pytest.mark.parametrize('target', ['/', '/api/v2/schema/ui'])
def test_foreign_code_is_forbidden(shared_shim, target):
    answer = http_client.ask(shared_shim.port, 'GET', target)
    policy = answer.headers['Content-Security-Policy']
    assert "default-src 'none'" in policy or "default-src 'self'" in policy
    assert 'unsafe' not in policy and '*' not in policy
    assert answer.headers['X-Content-Type-Options'] == 'nosniff'
    assert not re.search(r'<script(?![^>]* src=)|<style|\sstyle=|\son\w+=', answer.text)


@pytest.mark.parametrize('width', [1000, 375])
def test_the_page_of_the_interface(page, shared_shim, width):
    page.browser.open(shared_shim.url + '/api/v2/schema/ui', width=width)
    page.browser.wait(lambda: page.texts('summary'))
    api = json.loads(http_client.ask(shared_shim.port, 'GET', '/api/v2/schema').text)
    shown = page.texts('summary code')
    assert shown == [f'{method.upper()} {path}' for path, item in api['paths'].items() for method in item
                     if method != 'parameters']
    assert page.texts('h3') == list(api['components']['schemas'])
    page.find('summary').click()
    for parameter in ('trophy_type__in', 'is_repeatable', 'limit'):
        assert parameter in page.find('details table').text
    assert page.widest() == width
    assert page.browser.contrast()[0] >= READABLE, page.browser.contrast()
    assert page.browser.complaints() == []
